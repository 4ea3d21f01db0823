"""Providers of AI models, and tools around them."""

from typing import Final

from server.secrets.rule import Rule

AI: Final = (
    Rule(
        "openai-key",
        "OpenAI API key",
        "openai",
        (
            "sk-(proj|svcacct|service|admin)-{W20-90}T3BlbkFJ{W20-90}",
            "sk-{A20}T3BlbkFJ{A20}",
        ),
    ),
    Rule(
        "anthropic-key",
        "Anthropic API key or OAuth token",
        "anthropic",
        ("sk-ant-(api03|admin01)-{W93}AA", "sk-ant-(oat01|ort01|sid01)-{W80-130}"),
    ),
    Rule("openrouter-key", "OpenRouter API key", "openrouter", ("sk-or-v1-{h64}",)),
    Rule("deepseek-key", "API key of the DeepSeek kind", "ai-other", ("sk-{h32}",), "warning"),
    Rule("huggingface-token", "Hugging Face token", "huggingface", ("(hf|api_org)_{R34}",)),
    Rule("groq-key", "Groq API key", "groq", ("gsk_{A52}",)),
    Rule("perplexity-key", "Perplexity API key", "ai-other", ("pplx-{A48}",)),
    Rule("replicate-token", "Replicate API token", "replicate", ("r8_{A37}",)),
    Rule("xai-key", "xAI API key", "ai-other", ("xai-{A70-120}",)),
    Rule("nvidia-key", "NVIDIA API key", "ai-other", ("nvapi-{W60-70}",)),
    Rule("langsmith-key", "LangSmith API key", "ai-other", ("lsv2_(pt|sk)_{h32}_{h10}",)),
    Rule("pinecone-key", "Pinecone API key", "ai-other", ("pcsk_{A5-6}_{A63}",)),
    Rule("together-key", "Together AI API key", "ai-other", ("tgp_v1_{W43}",)),
    Rule("wandb-key", "Weights & Biases API key", "ai-other", ("wandb_v1_{W77}",)),
    Rule("apify-token", "Apify API token", "ai-other", ("apify_api_{A34-38}",)),
)
