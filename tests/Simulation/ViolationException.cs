namespace Streaming.Tests.Simulation;

/// <summary>A promise was broken. It ends the seed.</summary>
/// <param name="kind">Which promise, in a few words.</param>
internal sealed class ViolationException(string kind, string message) : Exception(message)
{
    public string Kind { get; } = kind;
}
