# import llm: configurations in the layouts of their publishers become the entries that the catalogue has, counted here again
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
BIN=$BIN TMP=$tmp python3 - <<'PY'
import json, os, subprocess
BIN, TMP = os.environ["BIN"], os.environ["TMP"]
shipped = json.load(open("models/catalog/llms.json"))["llms"]
HEAD = {"title", "accepted_tok", "source", "as_of", "notes", "aliases", "basis", "family", "total_params", "active_params", "rest_precision",
        "fp8_scaling"}  # the last two are of other checkpoints than a configuration in 16 bits
DEFAULT = {"index_head_dim": 128}

def entry(name):
    e = shipped[name]
    return {**entry(e["base"]), **{k: v for k, v in e.items() if k != "base"}} if "base" in e else e

def call(name, config, *more):
    path = f"{TMP}/{name}.json"
    with open(path, "w") as f: f.write(config if isinstance(config, str) else json.dumps(config, indent=1))
    return subprocess.run([BIN, "import", "llm", path, *more], capture_output=True, text=True)

def shape(layers, hidden, heads, kv, ffn, vocab, context, **more):
    return {"num_hidden_layers": layers, "hidden_size": hidden, "num_attention_heads": heads, "num_key_value_heads": kv, "intermediate_size": ffn,
            "vocab_size": vocab, "max_position_embeddings": context, "tie_word_embeddings": False, "torch_dtype": "bfloat16", "rms_norm_eps": 1e-5, **more}

mla = dict(kv_lora_rank=512, q_lora_rank=1536, qk_rope_head_dim=64, qk_nope_head_dim=128, v_head_dim=128)
deepseek = shape(61, 7168, 128, 128, 18432, 129280, 163840, model_type="deepseek_v3", n_routed_experts=256, num_experts_per_tok=8, n_shared_experts=1,
                 moe_intermediate_size=2048, first_k_dense_replace=3, moe_layer_freq=1, num_nextn_predict_layers=1,
                 quantization_config={"quant_method": "fp8", "weight_block_size": [128, 128]}, **mla)
llama4 = lambda experts, step, context: {"model_type": "llama4", "vision_config": {"hidden_size": 1408}, "text_config": shape(
    48, 5120, 40, 8, 8192, 202048, context, model_type="llama4_text", head_dim=128, intermediate_size_mlp=16384, attention_chunk_size=8192,
    interleave_moe_layer_step=step, num_local_experts=experts, num_experts_per_tok=1)}
gpt_oss = shape(36, 2880, 64, 8, 2880, 201088, 131072, model_type="gpt_oss", head_dim=64, sliding_window=128, num_local_experts=128,
                experts_per_token=4, num_experts_per_tok=4, layer_types=["sliding_attention", "full_attention"] * 18,
                quantization_config={"quant_method": "mxfp4"})
llama = shape(80, 8192, 64, 8, 28672, 128256, 131072, model_type="llama", _name_or_path="meta-llama/Llama-3.1-70B")
qwen35 = {"model_type": "qwen3_5_moe", "text_config": shape(
    60, 4096, 32, 2, None, 248320, 262144, model_type="qwen3_5_moe_text", head_dim=256, full_attention_interval=4, linear_num_value_heads=64,
    linear_value_head_dim=128, linear_num_key_heads=16, linear_key_head_dim=128, linear_conv_kernel_dim=4, mamba_ssm_dtype="float32",
    num_experts=512, num_experts_per_tok=10, moe_intermediate_size=1024, shared_expert_intermediate_size=1024)}
cases = {
    "llama-3.1-70b": llama,
    "mixtral-8x7b": shape(32, 4096, 32, 8, 14336, 32000, 32768, model_type="mixtral", num_local_experts=8, num_experts_per_tok=2, sliding_window=None),
    "deepseek-v3": deepseek,
    "deepseek-v3.2": {**deepseek, "model_type": "deepseek_v32", "index_topk": 2048, "index_n_heads": 64, "index_head_dim": 128},
    "gpt-oss-120b": gpt_oss,
    "qwen3-30b-a3b": shape(48, 2048, 32, 4, 6144, 151936, 40960, model_type="qwen3_moe", head_dim=128, num_experts=128, num_experts_per_tok=8,
                           moe_intermediate_size=768, decoder_sparse_step=1, mlp_only_layers=[], use_sliding_window=False, sliding_window=4096),
    "qwen3.5-397b-a17b": qwen35,
    "llama-4-maverick": llama4(128, 2, 1048576),
    "gemma-3-27b": {"model_type": "gemma3", "text_config": shape(62, 5376, 32, 16, 21504, 262208, 131072, model_type="gemma3_text", head_dim=128,
                                                                 sliding_window=1024, tie_word_embeddings=True)},
}

def counted(c):  # by hand, from the configuration alone; embedding and head apart
    c = c.get("text_config", c)
    n, d, heads, kv = (c[k] for k in ("num_hidden_layers", "hidden_size", "num_attention_heads", "num_key_value_heads"))
    width = c.get("head_dim") or d // heads
    full = d * width * (2 * heads + 2 * kv)
    if "kv_lora_rank" in c:
        q, r, nope, rope, v = (c[k] for k in ("q_lora_rank", "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"))
        full = d * q + q * heads * (nope + rope) + d * (r + rope) + r * heads * (nope + v) + heads * v * d
        if "index_topk" in c: full += q * 64 * 128 + d * (128 + 64)
    linear = 0
    if "linear_num_value_heads" in c:
        full += d * heads * width  # gate
        linear, v, k = n - n // 4, 64 * 128, 16 * 128
        linear_each = d * (2 * k + 2 * v) + v * d
    total = (n - linear) * full + (linear and linear * linear_each) + 2 * c["vocab_size"] * d
    experts = c.get("n_routed_experts") or c.get("num_local_experts") or c.get("num_experts") or 0
    if not experts: return total + n * 3 * d * c["intermediate_size"]
    dense = c.get("first_k_dense_replace", 0) + (n // 2 if c.get("interleave_moe_layer_step") == 2 else 0)
    wide = c.get("moe_intermediate_size") or c["intermediate_size"]
    shared = 1 if {"n_shared_experts", "shared_expert_intermediate_size", "interleave_moe_layer_step"} & set(c) else 0
    return total + (n - dense) * (3 * d * wide * (experts + shared) + d * experts) + dense * 3 * d * (c.get("intermediate_size_mlp") or c["intermediate_size"] or 0)

for name, config in cases.items():
    out = call(name, config, "--name", name + "-own", "--as-of", "2026-05-01")
    assert out.returncode == 0, (name, out.stderr)
    got, want = json.loads(out.stdout)["llms"][name + "-own"], entry(name)
    keys = (set(got) | set(want)) - HEAD
    off = {k: (got.get(k, DEFAULT.get(k)), want.get(k)) for k in keys if got.get(k, DEFAULT.get(k)) != want.get(k)}
    if got.get("dense_layers", 0) == 0 and "experts_total" in got: off.pop("dense_ffn_dim", None)
    assert not off, (name, off)
    assert abs(got["total_params"] / want["total_params"] - 1) < 0.003, (name, got["total_params"])
    assert got["total_params"] == counted(config), (name, got["total_params"], counted(config))
    if "quantization_config" in config: assert got.get("fp8_scaling") == want.get("fp8_scaling"), name
    assert (got["basis"], got["as_of"]) == ("vendor", "2026-05-01")
    path = f"{TMP}/ours.json"
    open(path, "w").write(out.stdout)
    ok = subprocess.run([BIN, "catalog", "llms", name + "-own", "--catalog", path], capture_output=True, text=True)
    assert ok.returncode == 0 and ok.stderr == "", (name, ok.stderr)
    print(name, "%.4g" % got["total_params"])

# one list of layers says what an interval says
typed = json.loads(json.dumps(qwen35)); del typed["text_config"]["full_attention_interval"]
typed["text_config"]["layer_types"] = (["linear_attention"] * 3 + ["full_attention"]) * 15
assert call("a", typed, "--name", "x", "-q").stdout.replace("a.json", "") == call("b", qwen35, "--name", "x", "-q").stdout.replace("b.json", "")

def tell(title, config, *more):
    out = call("config", config, *more)
    print(f"-- {title}: exit {out.returncode}")
    print(out.stderr.replace(TMP + "/", "").rstrip())
tell("report", {**llama, "mystery_heads": 3, "num_nextn_predict_layers": 1}, "--total-params", "70.55e9")
tell("tied, stated", cases["gemma-3-27b"], "--name", "g", "--as-of", "2025-03-12", "--total-params", "27.01e9")
tell("another total", llama, "--total-params", "8e9")
tell("missing", {k: v for k, v in llama.items() if k not in ("hidden_size", "vocab_size", "_name_or_path")})
tell("wrong", {**llama, "num_hidden_layers": 80.5, "num_attention_heads": "64"}, "--as-of", "yesterday")
tell("state space", {**llama, "ssm_state_size": 128, "hybrid_override_pattern": "M-M*"})
tell("compressed", {**deepseek, "compress_ratios": [4] * 61}, "--name", "v")
tell("unknown layers", {**llama, "layer_types": ["full_attention"] * 79 + ["convolution"]})
tell("short list", {**llama, "layer_types": ["full_attention"] * 79})
tell("window everywhere", {**llama, "sliding_window": 4096})
tell("more active than there are", {**cases["mixtral-8x7b"], "num_experts_per_tok": 9}, "--name", "m")
tell("latent without widths", {k: v for k, v in deepseek.items() if k != "qk_nope_head_dim"}, "--name", "v")
tell("no object", "[1]")
tell("no JSON", "{")
print(call("config", llama, f"{TMP}/config.json").stderr.rstrip())
PY
