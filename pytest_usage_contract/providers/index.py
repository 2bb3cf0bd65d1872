"""The index of the built-in contracts: all that is needed before their modules are loaded.

`python tests/kit/provider_index.py` writes it. A row has the module, the name, the other names, and the method, hosts
and path of each endpoint.
"""

Call = tuple[str, tuple[str, ...], str]

INDEX: tuple[tuple[str, str, tuple[str, ...], tuple[Call, ...]], ...] = (
    (
        "anthropic",
        "anthropic/messages",
        ("anthropic.types.Usage",),
        (
            ("POST", ("api.anthropic.com",), "/v1/messages"),
            ("POST", ("aws-external-anthropic.*.api.aws",), "/v1/messages"),
            ("POST", ("bedrock-mantle.*.api.aws", "*.services.ai.azure.com"), "/anthropic/v1/messages"),
            (
                "POST",
                ("claude.googleapis.com",),
                "/v1/projects/{project}/locations/{location}/workspaces/{workspace}/invoke/v1/messages",
            ),
            (
                "POST",
                ("*-aiplatform.googleapis.com", "aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
                "/v1/projects/{project}/locations/{location}/publishers/anthropic/models/{model}:rawPredict",
            ),
            (
                "POST",
                ("*-aiplatform.googleapis.com", "aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
                "/v1/projects/{project}/locations/{location}/publishers/anthropic/models/{model}:streamRawPredict",
            ),
            (
                "POST",
                ("*-aiplatform.googleapis.com", "aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
                "/v1/projects/{project}/locations/{location}/publishers/anthropic/models/count-tokens:rawPredict",
            ),
        ),
    ),
    ("atoma", "atoma/completions", ("Usage",), (("POST", ("api.atoma.network",), "/v1/completions"),)),
    (
        "atoma",
        "atoma/chat_completions",
        ("CompletionUsage",),
        (("POST", ("api.atoma.network",), "/v1/chat/completions"),),
    ),
    ("atoma", "atoma/embeddings", ("EmbeddingUsage",), (("POST", ("api.atoma.network",), "/v1/embeddings"),)),
    (
        "azure",
        "azure/chat_completions",
        ("CompletionUsage",),
        (
            (
                "POST",
                ("*.openai.azure.com", "*.services.ai.azure.com", "*.cognitiveservices.azure.com"),
                "/openai/deployments/{deployment}/chat/completions",
            ),
            (
                "POST",
                ("*.openai.azure.com", "*.services.ai.azure.com", "*.cognitiveservices.azure.com"),
                "/openai/v1/chat/completions",
            ),
            ("POST", ("*.services.ai.azure.com",), "/api/projects/{project}/openai/v1/chat/completions"),
            ("POST", ("*.services.ai.azure.com",), "/models/chat/completions"),
        ),
    ),
    (
        "azure",
        "azure/responses",
        ("ResponseUsage",),
        (
            (
                "POST",
                ("*.openai.azure.com", "*.services.ai.azure.com", "*.cognitiveservices.azure.com"),
                "/openai/v1/responses",
            ),
            (
                "GET",
                ("*.openai.azure.com", "*.services.ai.azure.com", "*.cognitiveservices.azure.com"),
                "/openai/v1/responses/{response_id}",
            ),
            (
                "POST",
                ("*.openai.azure.com", "*.services.ai.azure.com", "*.cognitiveservices.azure.com"),
                "/openai/v1/responses/{response_id}/cancel",
            ),
            (
                "POST",
                ("*.openai.azure.com", "*.services.ai.azure.com", "*.cognitiveservices.azure.com"),
                "/openai/v1/responses/compact",
            ),
            (
                "POST",
                ("*.openai.azure.com", "*.services.ai.azure.com", "*.cognitiveservices.azure.com"),
                "/openai/responses",
            ),
            (
                "GET",
                ("*.openai.azure.com", "*.services.ai.azure.com", "*.cognitiveservices.azure.com"),
                "/openai/responses/{response_id}",
            ),
            (
                "POST",
                ("*.openai.azure.com", "*.services.ai.azure.com", "*.cognitiveservices.azure.com"),
                "/openai/responses/{response_id}/cancel",
            ),
            (
                "POST",
                ("*.openai.azure.com", "*.services.ai.azure.com", "*.cognitiveservices.azure.com"),
                "/openai/responses/compact",
            ),
            ("POST", ("*.services.ai.azure.com",), "/api/projects/{project}/openai/v1/responses"),
            ("GET", ("*.services.ai.azure.com",), "/api/projects/{project}/openai/v1/responses/{response_id}"),
            ("POST", ("*.services.ai.azure.com",), "/api/projects/{project}/openai/v1/responses/{response_id}/cancel"),
            ("POST", ("*.services.ai.azure.com",), "/api/projects/{project}/openai/v1/responses/compact"),
        ),
    ),
    (
        "bedrock",
        "bedrock/converse",
        ("TokenUsage",),
        (
            (
                "POST",
                ("bedrock-runtime.*.amazonaws.com", "bedrock-runtime.*.amazonaws.com.cn"),
                "/model/{modelId}/converse",
            ),
            (
                "POST",
                ("bedrock-runtime.*.amazonaws.com", "bedrock-runtime.*.amazonaws.com.cn"),
                "/model/{modelId}/converse-stream",
            ),
        ),
    ),
    (
        "bedrock",
        "bedrock/invoke_model",
        ("anthropic.AnthropicBedrock",),
        (
            (
                "POST",
                ("bedrock-runtime.*.amazonaws.com", "bedrock-runtime.*.amazonaws.com.cn"),
                "/model/anthropic.{model}/invoke",
            ),
            (
                "POST",
                ("bedrock-runtime.*.amazonaws.com", "bedrock-runtime.*.amazonaws.com.cn"),
                "/model/{region}.anthropic.{model}/invoke",
            ),
            (
                "POST",
                ("bedrock-runtime.*.amazonaws.com", "bedrock-runtime.*.amazonaws.com.cn"),
                "/model/{arn}%2Fanthropic.{model}/invoke",
            ),
            (
                "POST",
                ("bedrock-runtime.*.amazonaws.com", "bedrock-runtime.*.amazonaws.com.cn"),
                "/model/anthropic.{model}/invoke-with-response-stream",
            ),
            (
                "POST",
                ("bedrock-runtime.*.amazonaws.com", "bedrock-runtime.*.amazonaws.com.cn"),
                "/model/{region}.anthropic.{model}/invoke-with-response-stream",
            ),
            (
                "POST",
                ("bedrock-runtime.*.amazonaws.com", "bedrock-runtime.*.amazonaws.com.cn"),
                "/model/{arn}%2Fanthropic.{model}/invoke-with-response-stream",
            ),
        ),
    ),
    (
        "cerebras",
        "cerebras/chat_completions",
        ("ChatCompletionResponseUsage",),
        (("POST", ("api.cerebras.ai",), "/v1/chat/completions"),),
    ),
    ("cohere", "cohere/chat", ("cohere.types.Usage",), (("POST", ("api.cohere.com",), "/v2/chat"),)),
    (
        "cohere",
        "cohere/embed",
        ("cohere.types.ApiMeta",),
        (("POST", ("api.cohere.com",), "/v2/embed"), ("POST", ("api.cohere.com",), "/v1/embed")),
    ),
    (
        "cohere",
        "cohere/rerank",
        ("cohere.types.ApiMeta",),
        (("POST", ("api.cohere.com",), "/v2/rerank"), ("POST", ("api.cohere.com",), "/v1/rerank")),
    ),
    (
        "dashscope",
        "dashscope/chat_completions",
        ("Context cache",),
        (
            (
                "POST",
                (
                    "dashscope.aliyuncs.com",
                    "dashscope-intl.aliyuncs.com",
                    "dashscope-us.aliyuncs.com",
                    "cn-hongkong.dashscope.aliyuncs.com",
                    "*.*.maas.aliyuncs.com",
                ),
                "/compatible-mode/v1/chat/completions",
            ),
        ),
    ),
    (
        "dashscope",
        "dashscope/generation",
        ("GenerationUsage",),
        (
            (
                "POST",
                (
                    "dashscope.aliyuncs.com",
                    "dashscope-intl.aliyuncs.com",
                    "dashscope-us.aliyuncs.com",
                    "cn-hongkong.dashscope.aliyuncs.com",
                    "*.*.maas.aliyuncs.com",
                ),
                "/api/v1/services/aigc/text-generation/generation",
            ),
        ),
    ),
    (
        "deepseek",
        "deepseek/chat_completions",
        ("Create Chat Completion",),
        (
            ("POST", ("api.deepseek.com",), "/chat/completions"),
            ("POST", ("api.deepseek.com",), "/v1/chat/completions"),
            ("POST", ("api.deepseek.com",), "/beta/chat/completions"),
        ),
    ),
    (
        "fireworks",
        "fireworks/chat_completions",
        ("UsageInfo",),
        (("POST", ("api.fireworks.ai",), "/inference/v1/chat/completions"),),
    ),
    (
        "gemini",
        "gemini/generate_content",
        ("GenerateContentResponseUsageMetadata",),
        (
            ("POST", ("generativelanguage.googleapis.com",), "/{version}/models/{model}:generateContent"),
            (
                "POST",
                ("*-aiplatform.googleapis.com", "aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
                "/{version}/projects/{project}/locations/{location}/publishers/google/models/{model}:generateContent",
            ),
            (
                "POST",
                ("*-aiplatform.googleapis.com", "aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
                "/{version}/publishers/google/models/{model}:generateContent",
            ),
            ("POST", ("generativelanguage.googleapis.com",), "/{version}/tunedModels/{model}:generateContent"),
            (
                "POST",
                ("*-aiplatform.googleapis.com", "aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
                "/{version}/projects/{project}/locations/{location}/endpoints/{endpoint}:generateContent",
            ),
            ("POST", ("generativelanguage.googleapis.com",), "/{version}/models/{model}:streamGenerateContent"),
            (
                "POST",
                ("*-aiplatform.googleapis.com", "aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
                "/{version}/projects/{project}/locations/{location}/publishers/google/models/{model}:streamGenerateContent",
            ),
            (
                "POST",
                ("*-aiplatform.googleapis.com", "aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
                "/{version}/publishers/google/models/{model}:streamGenerateContent",
            ),
            ("POST", ("generativelanguage.googleapis.com",), "/{version}/tunedModels/{model}:streamGenerateContent"),
            (
                "POST",
                ("*-aiplatform.googleapis.com", "aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
                "/{version}/projects/{project}/locations/{location}/endpoints/{endpoint}:streamGenerateContent",
            ),
        ),
    ),
    (
        "gemini",
        "gemini/embed_content",
        ("UsageMetadata",),
        (
            ("POST", ("generativelanguage.googleapis.com",), "/{version}/models/{model}:batchEmbedContents"),
            (
                "POST",
                ("*-aiplatform.googleapis.com", "aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
                "/{version}/projects/{project}/locations/{location}/publishers/google/models/{model}:batchEmbedContents",
            ),
            (
                "POST",
                ("*-aiplatform.googleapis.com", "aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
                "/{version}/publishers/google/models/{model}:batchEmbedContents",
            ),
            ("POST", ("generativelanguage.googleapis.com",), "/{version}/models/{model}:embedContent"),
            (
                "POST",
                ("*-aiplatform.googleapis.com", "aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
                "/{version}/projects/{project}/locations/{location}/publishers/google/models/{model}:embedContent",
            ),
            (
                "POST",
                ("*-aiplatform.googleapis.com", "aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
                "/{version}/publishers/google/models/{model}:embedContent",
            ),
        ),
    ),
    (
        "groq",
        "groq/chat_completions",
        ("CompletionUsage",),
        (("POST", ("api.groq.com",), "/openai/v1/chat/completions"),),
    ),
    (
        "mistral",
        "mistral/chat_completions",
        ("UsageInfo",),
        (
            ("POST", ("api.mistral.ai", "api.eu.mistral.ai", "api.us.mistral.ai"), "/v1/chat/completions"),
            ("POST", ("api.mistral.ai", "api.eu.mistral.ai", "api.us.mistral.ai"), "/v1/agents/completions"),
            ("POST", ("api.mistral.ai", "api.eu.mistral.ai", "api.us.mistral.ai"), "/v1/fim/completions"),
        ),
    ),
    (
        "mistral",
        "mistral/embeddings",
        ("UsageInfo",),
        (("POST", ("api.mistral.ai", "api.eu.mistral.ai", "api.us.mistral.ai"), "/v1/embeddings"),),
    ),
    (
        "mistral",
        "mistral/ocr",
        ("OCRUsageInfo",),
        (("POST", ("api.mistral.ai", "api.eu.mistral.ai", "api.us.mistral.ai"), "/v1/ocr"),),
    ),
    (
        "mistral",
        "mistral/audio_transcriptions",
        ("UsageInfo",),
        (("POST", ("api.mistral.ai", "api.eu.mistral.ai", "api.us.mistral.ai"), "/v1/audio/transcriptions"),),
    ),
    ("ollama", "ollama/chat", ("ChatResponse",), (("POST", ("127.0.0.1:11434", "localhost:11434"), "/api/chat"),)),
    (
        "openai",
        "openai/chat_completions",
        ("CompletionUsage",),
        (
            (
                "POST",
                (
                    "api.openai.com",
                    "us.api.openai.com",
                    "eu.api.openai.com",
                    "ae.api.openai.com",
                    "au.api.openai.com",
                    "in.api.openai.com",
                    "jp.api.openai.com",
                ),
                "/v1/chat/completions",
            ),
            ("POST", ("bedrock-mantle.*.api.aws", "bedrock-runtime.*.amazonaws.com"), "/openai/v1/chat/completions"),
            (
                "GET",
                (
                    "api.openai.com",
                    "us.api.openai.com",
                    "eu.api.openai.com",
                    "ae.api.openai.com",
                    "au.api.openai.com",
                    "in.api.openai.com",
                    "jp.api.openai.com",
                ),
                "/v1/chat/completions/{completion_id}",
            ),
            (
                "POST",
                (
                    "api.openai.com",
                    "us.api.openai.com",
                    "eu.api.openai.com",
                    "ae.api.openai.com",
                    "au.api.openai.com",
                    "in.api.openai.com",
                    "jp.api.openai.com",
                ),
                "/v1/chat/completions/{completion_id}",
            ),
        ),
    ),
    (
        "openai",
        "openai/responses",
        ("ResponseUsage",),
        (
            (
                "POST",
                (
                    "api.openai.com",
                    "us.api.openai.com",
                    "eu.api.openai.com",
                    "ae.api.openai.com",
                    "au.api.openai.com",
                    "in.api.openai.com",
                    "jp.api.openai.com",
                ),
                "/v1/responses",
            ),
            (
                "GET",
                (
                    "api.openai.com",
                    "us.api.openai.com",
                    "eu.api.openai.com",
                    "ae.api.openai.com",
                    "au.api.openai.com",
                    "in.api.openai.com",
                    "jp.api.openai.com",
                ),
                "/v1/responses/{response_id}",
            ),
            (
                "POST",
                (
                    "api.openai.com",
                    "us.api.openai.com",
                    "eu.api.openai.com",
                    "ae.api.openai.com",
                    "au.api.openai.com",
                    "in.api.openai.com",
                    "jp.api.openai.com",
                ),
                "/v1/responses/{response_id}/cancel",
            ),
            (
                "POST",
                (
                    "api.openai.com",
                    "us.api.openai.com",
                    "eu.api.openai.com",
                    "ae.api.openai.com",
                    "au.api.openai.com",
                    "in.api.openai.com",
                    "jp.api.openai.com",
                ),
                "/v1/responses/compact",
            ),
            ("POST", ("bedrock-mantle.*.api.aws", "bedrock-runtime.*.amazonaws.com"), "/openai/v1/responses"),
            (
                "GET",
                ("bedrock-mantle.*.api.aws", "bedrock-runtime.*.amazonaws.com"),
                "/openai/v1/responses/{response_id}",
            ),
            (
                "POST",
                ("bedrock-mantle.*.api.aws", "bedrock-runtime.*.amazonaws.com"),
                "/openai/v1/responses/{response_id}/cancel",
            ),
            ("POST", ("bedrock-mantle.*.api.aws", "bedrock-runtime.*.amazonaws.com"), "/openai/v1/responses/compact"),
        ),
    ),
    (
        "openai",
        "openai/completions",
        ("CompletionUsage",),
        (
            (
                "POST",
                (
                    "api.openai.com",
                    "us.api.openai.com",
                    "eu.api.openai.com",
                    "ae.api.openai.com",
                    "au.api.openai.com",
                    "in.api.openai.com",
                    "jp.api.openai.com",
                ),
                "/v1/completions",
            ),
        ),
    ),
    (
        "openai",
        "openai/embeddings",
        ("CreateEmbeddingResponse.Usage",),
        (
            (
                "POST",
                (
                    "api.openai.com",
                    "us.api.openai.com",
                    "eu.api.openai.com",
                    "ae.api.openai.com",
                    "au.api.openai.com",
                    "in.api.openai.com",
                    "jp.api.openai.com",
                ),
                "/v1/embeddings",
            ),
        ),
    ),
    (
        "openai",
        "openai/images_generations",
        ("ImagesResponse.Usage",),
        (
            (
                "POST",
                (
                    "api.openai.com",
                    "us.api.openai.com",
                    "eu.api.openai.com",
                    "ae.api.openai.com",
                    "au.api.openai.com",
                    "in.api.openai.com",
                    "jp.api.openai.com",
                ),
                "/v1/images/generations",
            ),
        ),
    ),
    (
        "openai",
        "openai/images_edits",
        ("ImagesResponse.Usage",),
        (
            (
                "POST",
                (
                    "api.openai.com",
                    "us.api.openai.com",
                    "eu.api.openai.com",
                    "ae.api.openai.com",
                    "au.api.openai.com",
                    "in.api.openai.com",
                    "jp.api.openai.com",
                ),
                "/v1/images/edits",
            ),
        ),
    ),
    (
        "openai",
        "openai/audio_transcriptions",
        ("Transcription.Usage",),
        (
            (
                "POST",
                (
                    "api.openai.com",
                    "us.api.openai.com",
                    "eu.api.openai.com",
                    "ae.api.openai.com",
                    "au.api.openai.com",
                    "in.api.openai.com",
                    "jp.api.openai.com",
                ),
                "/v1/audio/transcriptions",
            ),
        ),
    ),
    (
        "openai_compatible",
        "openai_compatible/chat_completions",
        ("litellm.types.utils.Usage",),
        (("POST", (), "/v1/chat/completions"),),
    ),
    (
        "openrouter",
        "openrouter/alpha_responses",
        ("PostApiAlphaResponsesUsage",),
        (("POST", ("openrouter.ai",), "**/api/alpha/responses"),),
    ),
    (
        "openrouter",
        "openrouter/responses",
        ("OpenResponsesResult.usage",),
        (("POST", ("openrouter.ai",), "/api/v1/responses"),),
    ),
    (
        "openrouter",
        "openrouter/chat_completions",
        ("ChatUsage",),
        (("POST", ("openrouter.ai",), "/api/v1/chat/completions"),),
    ),
    ("openrouter", "openrouter/messages", ("MessagesResult",), (("POST", ("openrouter.ai",), "/api/v1/messages"),)),
    (
        "openrouter",
        "openrouter/embeddings",
        ("CreateEmbeddingsUsage",),
        (("POST", ("openrouter.ai",), "/api/v1/embeddings"),),
    ),
    ("openrouter", "openrouter/rerank", ("CreateRerankUsage",), (("POST", ("openrouter.ai",), "/api/v1/rerank"),)),
    ("openrouter", "openrouter/images", ("ImageGenerationUsage",), (("POST", ("openrouter.ai",), "/api/v1/images"),)),
    (
        "orq",
        "orq/deployments_invoke",
        ("DeploymentInvokeUsage",),
        (
            ("POST", ("my.orq.ai", "api.orq.ai"), "/v2/deployments/invoke"),
            ("POST", ("my.orq.ai", "api.orq.ai"), "/v2/deployments/stream"),
        ),
    ),
    (
        "orq",
        "orq/images_generations",
        ("PostV2ProxyImagesGenerationsUsage",),
        (
            ("POST", ("my.orq.ai", "api.orq.ai"), "/v2/proxy/images/generations"),
            ("POST", ("my.orq.ai", "api.orq.ai"), "/v2/gateway/images/generations"),
        ),
    ),
    (
        "orq",
        "orq/images_edits",
        ("PostV2ProxyImagesEditsUsage",),
        (
            ("POST", ("my.orq.ai", "api.orq.ai"), "/v2/proxy/images/edits"),
            ("POST", ("my.orq.ai", "api.orq.ai"), "/v2/gateway/images/edits"),
        ),
    ),
    (
        "orq",
        "orq/router_chat_completions",
        ("CreateChatCompletionUsage",),
        (("POST", ("my.orq.ai", "api.orq.ai"), "/v2/router/chat/completions"),),
    ),
    (
        "orq",
        "orq/router_responses",
        ("PublicUsage",),
        (
            ("POST", ("my.orq.ai", "api.orq.ai"), "/v3/router/responses"),
            ("GET", ("my.orq.ai", "api.orq.ai"), "/v3/router/responses/{response_id}"),
        ),
    ),
    (
        "orq",
        "orq/router_images_generations",
        ("CreateImageUsage",),
        (("POST", ("my.orq.ai", "api.orq.ai"), "/v2/router/images/generations"),),
    ),
    (
        "orq",
        "orq/router_images_edits",
        ("CreateImageEditUsage",),
        (("POST", ("my.orq.ai", "api.orq.ai"), "/v2/router/images/edits"),),
    ),
    (
        "orq",
        "orq/router_embeddings",
        ("PublicEmbeddingUsage",),
        (("POST", ("my.orq.ai", "api.orq.ai"), "/v2/router/embeddings"),),
    ),
    ("orq", "orq/router_rerank", ("CreateRerankUsage",), (("POST", ("my.orq.ai", "api.orq.ai"), "/v2/router/rerank"),)),
    (
        "perplexity",
        "perplexity/chat_completions",
        ("UsageInfo",),
        (("POST", ("api.perplexity.ai",), "/chat/completions"),),
    ),
    (
        "together",
        "together/chat_completions",
        ("ChatCompletionUsage",),
        (("POST", ("api.together.ai", "api-inference.together.ai", "api.together.xyz"), "/v1/chat/completions"),),
    ),
    ("vllm", "vllm/chat_completions", ("UsageInfo",), (("POST", (), "/v1/chat/completions"),)),
    (
        "voyage",
        "voyage/embeddings",
        ("EmbeddingsObject",),
        (
            ("POST", ("api.voyageai.com", "ai.mongodb.com"), "/v1/embeddings"),
            ("POST", ("api.voyageai.com", "ai.mongodb.com"), "/v1/contextualizedembeddings"),
        ),
    ),
    (
        "voyage",
        "voyage/multimodal_embeddings",
        ("MultimodalEmbeddingsObject",),
        (("POST", ("api.voyageai.com", "ai.mongodb.com"), "/v1/multimodalembeddings"),),
    ),
    (
        "voyage",
        "voyage/rerank",
        ("RerankingObject",),
        (("POST", ("api.voyageai.com", "ai.mongodb.com"), "/v1/rerank"),),
    ),
    (
        "xai",
        "xai/chat_completions",
        ("REST API reference",),
        (
            ("POST", ("api.x.ai",), "/v1/chat/completions"),
            ("GET", ("api.x.ai",), "/v1/chat/deferred-completion/{request_id}"),
        ),
    ),
    ("xai", "xai/responses", ("ModelUsage",), (("POST", ("api.x.ai",), "/v1/responses"),)),
)
