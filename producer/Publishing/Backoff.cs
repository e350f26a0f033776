namespace Streaming.Producer.Publishing;

/// <summary>How long to leave a stream or shard alone that refuses records: twice as long after each attempt that brought nothing in.</summary>
internal sealed class Backoff
{
    /// <summary>Attempts in a row that brought no record in; more, and the replay gives up.</summary>
    public const int MaxIdleAttempts = 20;

    public static readonly TimeSpan DefaultLongest = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _longest;
    private readonly TimeSpan _first;
    private readonly Random? _jitter;
    private TimeSpan _next;
    private int _idleAttempts;

    public Backoff(TimeSpan first, Random? jitter = null, TimeSpan? longest = null)
        => (_first, _next, _jitter, _longest) = (first, first, jitter, longest ?? DefaultLongest);

    public bool IsHopeless => _idleAttempts >= MaxIdleAttempts;

    /// <summary>Half to all of the pause, so that producers do not come back all at once.</summary>
    public TimeSpan NextPause(bool broughtSomethingIn)
    {
        _idleAttempts = broughtSomethingIn ? 0 : _idleAttempts + 1;
        TimeSpan pause = _next;
        _next = pause * 2 < _longest ? pause * 2 : _longest;
        if (_jitter is null) return pause;
        lock (_jitter) return pause * (0.5 + (_jitter.NextDouble() / 2));
    }

    public void Reset() => (_next, _idleAttempts) = (_first, 0);
}
