"""A call of each contract with the provider's own SDK, as its users write it; a stream is read to its end."""

MODELS = {
    "openai/chat_completions": "gpt-5-mini",
    "openai/responses": "gpt-5-mini",
    "anthropic/messages": "claude-sonnet-5",
    "gemini/generate_content": "gemini-2.5-flash",
    "bedrock/converse": "anthropic.claude-sonnet-4-5-20250929-v1:0",
}
PROMPT = [{"role": "user", "content": "Hi"}]


def call_chat(url, *, stream):
    from openai import OpenAI

    asked = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    with OpenAI(api_key="key", base_url=f"{url}/v1") as client:
        answer = client.chat.completions.create(model=MODELS["openai/chat_completions"], messages=PROMPT, **asked)
        for _ in answer:
            pass


def call_responses(url, *, stream):
    from openai import OpenAI

    with OpenAI(api_key="key", base_url=f"{url}/v1") as client:
        for _ in client.responses.create(model=MODELS["openai/responses"], input="Hi", stream=stream):
            pass


def call_messages(url, *, stream):
    from anthropic import Anthropic

    with Anthropic(api_key="key", base_url=url) as client:
        model = MODELS["anthropic/messages"]
        for _ in client.messages.create(model=model, max_tokens=64, messages=PROMPT, stream=stream):
            pass


def call_gemini(url, *, stream):
    from google.genai import Client

    with Client(api_key="key", http_options={"base_url": url}) as client:
        generate = client.models.generate_content_stream if stream else client.models.generate_content
        for _ in generate(model=MODELS["gemini/generate_content"], contents="Hi"):
            pass


def call_converse(url, *, stream):
    client = make_bedrock_client(url)
    asked = {"modelId": MODELS["bedrock/converse"], "messages": [{"role": "user", "content": [{"text": "Hi"}]}]}
    for _ in client.converse_stream(**asked)["stream"] if stream else client.converse(**asked):
        pass


def make_bedrock_client(url):
    import boto3

    return boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="key",
        aws_secret_access_key="key",
    )


CALLS = {
    "openai/chat_completions": call_chat,
    "openai/responses": call_responses,
    "anthropic/messages": call_messages,
    "gemini/generate_content": call_gemini,
    "bedrock/converse": call_converse,
}
