"""The index of the built-in contracts: all that is needed before their modules are loaded.

`python tests/kit/provider_index.py` writes it. A row has the module, the name, the other names, and the method, hosts
and path of each endpoint.
"""

Call = tuple[str, tuple[str, ...], str]

INDEX: tuple[tuple[str, str, tuple[str, ...], tuple[Call, ...]], ...] = (
    ("atoma", "atoma/completions", ("Usage",), (("POST", ("api.atoma.network",), "/v1/completions"),)),
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
            ("POST", ("my.orq.ai", "api.orq.ai"), "/v2/router/images/generations"),
        ),
    ),
    (
        "orq",
        "orq/images_edits",
        ("PostV2ProxyImagesEditsUsage",),
        (
            ("POST", ("my.orq.ai", "api.orq.ai"), "/v2/proxy/images/edits"),
            ("POST", ("my.orq.ai", "api.orq.ai"), "/v2/gateway/images/edits"),
            ("POST", ("my.orq.ai", "api.orq.ai"), "/v2/router/images/edits"),
        ),
    ),
)
