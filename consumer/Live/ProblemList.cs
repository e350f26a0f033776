using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Live;

/// <summary>What kind of thing went wrong.</summary>
public enum ProblemKind
{
    /// <summary>A tick that came too late for its window.</summary>
    Late,

    /// <summary>A record in quarantine.</summary>
    Bad,

    /// <summary>Requests that AWS refused for their rate.</summary>
    Throttled,

    /// <summary>A warning of the log: a lost lease, a call that is tried again.</summary>
    Warning,

    /// <summary>An error of the log.</summary>
    Error,
}

/// <summary>Something that went wrong, for people. Holds no payload.</summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="AtMillis">When it was noticed, UTC milliseconds since 1970.</param>
/// <param name="Stamp">Of the round that tells of it first (<see cref="LiveBoard.Stamp"/>).</param>
/// <param name="Position">Sequence number of the record; null if it is not about one.</param>
public sealed record Problem(long Number, long Stamp, long AtMillis, ProblemKind Kind, string Text, string? Shard, string? Position, string? Ticker);

/// <summary>The last things that went wrong. For any thread.</summary>
/// <param name="stamp">The board's, now.</param>
public sealed class ProblemList(Func<long> stamp, TimeProvider time)
{
    public const int MaxProblems = 50;

    private readonly Lock _lock = new();
    private readonly Queue<Problem> _problems = new(MaxProblems + 1);
    private long _count;

    public void Add(ProblemKind kind, string text, string? shard = null, string? position = null, string? ticker = null)
    {
        lock (_lock)
        {
            _problems.Enqueue(new Problem(++_count, stamp(), IsoTime.ToMicros(time.GetUtcNow()) / 1000, kind, text, shard, position, ticker));
            if (_problems.Count > MaxProblems) _problems.Dequeue();
        }
    }

    /// <summary>Those that are told from round <paramref name="first"/> on, before <paramref name="end"/>, oldest first.</summary>
    public Problem[] Between(long first, long end)
    {
        lock (_lock) return [.. _problems.Where(problem => problem.Stamp >= first && problem.Stamp < end)];
    }
}
