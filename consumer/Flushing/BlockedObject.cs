using Streaming.Shared;

namespace Streaming.Consumer.Flushing;

/// <summary>
/// An object of <c>avg_1min</c> that a shard cannot merge rows into: it cannot be read, or somebody else wrote it. It blocks the rows of its ticker
/// and day, which stay in memory and in the checkpoint, and nothing else.
/// </summary>
/// <param name="Failure">A <see cref="BrokenObjectException"/> or a <see cref="ForeignObjectException"/>; its message names the object and the remedy.</param>
public sealed record BlockedObject(string Key, Exception Failure)
{
    private const int MostNamed = 3;

    /// <summary>What an operator is told of the objects in a checkpoint; null if there are none.</summary>
    public static string? Describe(IReadOnlyList<BlockedObject> blocked)
    {
        if (blocked.Count == 0) return null;
        string named = string.Join(" ", blocked.Take(MostNamed).Select(entry => entry.Failure.Message));
        return blocked.Count <= MostNamed ? named : $"{named} And {blocked.Count - MostNamed} objects more.";
    }
}

/// <summary>An object of <c>avg_1min</c> cannot be read: it is truncated, no Parquet, or has other columns.</summary>
public sealed class BrokenObjectException(string message, Exception cause) : ActionableException(message, cause);
