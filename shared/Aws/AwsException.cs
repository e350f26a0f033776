namespace Streaming.Shared.Aws;

/// <summary>A request to AWS that failed. The message names action and resource and holds no secret.</summary>
/// <param name="reaction">What to do about it.</param>
/// <param name="code">The service's own word, or the name of the transport's error.</param>
public sealed class AwsException(AwsReaction reaction, string code, string message, Exception? cause = null) : UnavailableException(message, cause)
{
    public AwsReaction Reaction { get; } = reaction;

    public string Code { get; } = code;
}
