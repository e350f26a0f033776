namespace Streaming.Tests.TestKit.Aws;

/// <summary>An answer of the fake that is not a success.</summary>
internal sealed class FakeKinesisError(string code, string message, int status = 400) : Exception(message)
{
    public string Code { get; } = code;

    public int Status { get; } = status;
}
