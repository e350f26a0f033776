using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Streaming.Shared;
using Streaming.Shared.Objects;

namespace Streaming.Producer.Resuming;

/// <summary>
/// Owns the notes by which an interrupted replay is continued: what it is made of, and the <c>seq</c> below which every record is on the
/// stream. A note may be old, because the consumer drops what is sent again; it is never ahead of the stream.
/// </summary>
/// <remarks>
/// One replay of the same inputs onto the same stream has one place for its notes, so that they are bounded: the next one takes it over.
/// No call is cancelled: they are short, and one that is cut off would leave open whether it took place.
/// </remarks>
internal sealed class ReplayJournal
{
    /// <summary>Between two notes.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly IObjectStore _store;
    private readonly string _positionKey;
    private readonly TimeProvider _time;
    private readonly Action<string> _warn;
    private string? _positionTag;
    private ReplayPosition _noted;
    // Of a new run, until it has a record to send.
    private Func<Task<string?>>? _writeStart;
    private bool _isStopped;
    private bool _isFailing;

    private ReplayJournal(IObjectStore store, string positionKey, ReplayStart start, ReplayPosition? noted, string? positionTag, TimeProvider time, Action<string> warn)
    {
        (_store, _positionKey, _positionTag, _time, _warn) = (store, positionKey, positionTag, time, warn);
        (Run, StartedAt) = (start.Run, start.StartedAt);
        _noted = IsOf(noted, start) ? noted : new ReplayPosition(start.Run, start.StartedAt, 0, IsComplete: false, start.StartedAt);
    }

    public string Run { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>Where to begin: every record with a smaller <c>seq</c> is on the stream.</summary>
    public long Seq => _noted.Seq;

    /// <summary>Nothing was left to send, as far as it is noted.</summary>
    public bool IsComplete => _noted.IsComplete;

    /// <summary>Its notes are there, and are its own.</summary>
    public bool CanBeResumed => !_isStopped && _writeStart is null;

    /// <summary>It goes on from notes of an earlier attempt.</summary>
    public bool IsResumed { get; private init; }

    /// <summary>The notes of a new run, which take the place of those of an earlier one at <see cref="ExpectFirstAsync"/>.</summary>
    /// <param name="name">The same for the same inputs and stream.</param>
    /// <param name="warn">Told what the user should know: that the same was sent before, or that no notes can be taken.</param>
    /// <returns>Null if no notes can be taken; the replay goes on without.</returns>
    public static async Task<ReplayJournal?> BeginAsync(
        IObjectStore store, string name, ReplayIdentity replay, string run, TimeProvider time, Action<string> warn)
    {
        try
        {
            (ReplayStart? earlier, string? startTag) = await ReadAsync(store, StartKey(name), ReplayNotes.Default.ReplayStart);
            (ReplayPosition? noted, string? positionTag) = await ReadAsync(store, PositionKey(name), ReplayNotes.Default.ReplayPosition);
            if (earlier?.Replay.CreationId == replay.CreationId && IsOf(noted, earlier) && noted.Seq > 0) warn(SentBefore(noted));
            var start = new ReplayStart(run, time.GetUtcNow(), replay);
            return new ReplayJournal(store, PositionKey(name), start, noted: null, positionTag, time, warn)
            {
                _writeStart = () => store.PutAsync(StartKey(name), Json(start, ReplayNotes.Default.ReplayStart), startTag, CancellationToken.None),
            };
        }
        catch (StoreUnavailableException problem)
        {
            warn($"this replay cannot be resumed, because its progress cannot be noted: {problem.Message}");
            return null;
        }
    }

    /// <summary>Finds the notes of an interrupted replay.</summary>
    /// <exception cref="UsageException">There are none, or they are of a replay that differs.</exception>
    /// <exception cref="StoreUnavailableException">They cannot be read.</exception>
    public static async Task<ReplayJournal> ResumeAsync(
        IObjectStore store, string name, ReplayIdentity replay, TimeProvider time, Action<string> warn)
    {
        (ReplayStart? start, _) = await ReadAsync(store, StartKey(name), ReplayNotes.Default.ReplayStart);
        if (start is null)
        {
            throw new UsageException(
                $"--resume: {store.Address} has no replay of these inputs onto {replay.Stream}. Give inputs, --stream and --state as in the replay to continue, or leave --resume out to begin one.");
        }

        IReadOnlyList<string> differences = replay.DifferencesFrom(start.Replay);
        if (differences.Count > 0)
        {
            throw new UsageException(
                $"--resume: this is not the replay that was begun at {start.StartedAt:yyyy-MM-dd'T'HH:mm:ss'Z'}: {string.Join("; ", differences)}. Make it as it was, or leave --resume out to begin another, whose ticks count again.");
        }

        (ReplayPosition? noted, string? positionTag) = await ReadAsync(store, PositionKey(name), ReplayNotes.Default.ReplayPosition);
        return new ReplayJournal(store, PositionKey(name), start, noted, positionTag, time, warn) { IsResumed = true };
    }

    /// <summary>
    /// To be called before the first record is sent. Not earlier: a replay that fails or matches nothing must not take the place of an
    /// interrupted one.
    /// </summary>
    public async Task ExpectFirstAsync()
    {
        if (_writeStart is null) return;
        try
        {
            if (await _writeStart() is not null)
            {
                _writeStart = null;
                return;
            }

            _warn($"another replay of the same inputs onto this stream begins just now; this one cannot be resumed ({_store.Address})");
        }
        catch (StoreUnavailableException problem)
        {
            _warn($"this replay cannot be resumed, because its progress cannot be noted: {problem.Message}");
        }

        _isStopped = true;
        _writeStart = null;
    }

    /// <summary>Notes each second how far the replay is, until the result is disposed.</summary>
    /// <param name="seq">Asked from another thread.</param>
    public IAsyncDisposable NoteWhile(Func<long> seq) => new Noting(this, seq);

    /// <summary>Notes that every record with a smaller <paramref name="seq"/> is on the stream. One call at a time.</summary>
    public async Task NoteAsync(long seq, bool isComplete)
    {
        if (_isStopped || _writeStart is not null || (seq == _noted.Seq && isComplete == _noted.IsComplete)) return;
        var next = new ReplayPosition(Run, StartedAt, seq, isComplete, _time.GetUtcNow());
        try
        {
            string? tag = await _store.PutAsync(_positionKey, Json(next, ReplayNotes.Default.ReplayPosition), _positionTag, CancellationToken.None);
            if (tag is null)
            {
                // Of another process, or of a put of ours whose answer was lost.
                (ReplayPosition? there, _positionTag) = await ReadAsync(_store, _positionKey, ReplayNotes.Default.ReplayPosition);
                if (there?.Run == Run && there.StartedAt == StartedAt) tag = await _store.PutAsync(_positionKey, Json(next, ReplayNotes.Default.ReplayPosition), _positionTag, CancellationToken.None);
            }

            if (tag is null)
            {
                _isStopped = true;
                _warn($"another replay of the same inputs onto this stream notes its progress in {_store.Address}: this one can no longer be resumed");
                return;
            }

            (_positionTag, _noted, _isFailing) = (tag, next, false);
        }
        catch (StoreUnavailableException problem)
        {
            // Once for an outage: the replay itself is well, and the next note may succeed.
            if (!_isFailing) _warn($"progress cannot be noted, a resume would begin at seq {_noted.Seq}: {problem.Message}");
            _isFailing = true;
        }
    }

    private static bool IsOf([NotNullWhen(true)] ReplayPosition? noted, ReplayStart start) => noted?.Run == start.Run && noted.StartedAt == start.StartedAt;

    private static string SentBefore(ReplayPosition noted)
    {
        string fate = noted.IsComplete ? "was sent to its end" : $"was interrupted after {noted.Seq} records";
        string remedy = noted.IsComplete ? "" : "; --resume would continue it";
        return $"the same inputs were replayed onto this stream before (run {noted.Run} {fate}): the ticks of this replay count again{remedy}";
    }

    private static string StartKey(string name) => $"{name}/start.json";

    private static string PositionKey(string name) => $"{name}/position.json";

    /// <summary>A name for the notes of a replay: readable, and another for each stream and inputs.</summary>
    public static string NameOf(string stream, IEnumerable<string> inputs)
    {
        byte[] hash = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', inputs.Prepend(stream))));
        return Convert.ToHexStringLower(hash.AsSpan(0, 8));
    }

    private static byte[] Json<T>(T note, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(note, type);

    private static async Task<(T? Note, string? Tag)> ReadAsync<T>(IObjectStore store, string key, JsonTypeInfo<T> type)
        where T : class
    {
        if (await store.GetAsync(key, CancellationToken.None) is not { } stored) return (null, null);
        try
        {
            return (JsonSerializer.Deserialize(stored.Content.Span, type), stored.Tag);
        }
        catch (JsonException problem)
        {
            throw new StoreUnavailableException($"{store.Address}: {key} is not usable: {problem.Message} Delete it to begin anew.", problem);
        }
    }

    private sealed class Noting : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly Task _noting;

        public Noting(ReplayJournal journal, Func<long> seq) => _noting = NoteAsync(journal, seq);

        public async ValueTask DisposeAsync()
        {
            _end.Cancel();
            await _noting;
            _end.Dispose();
        }

        private async Task NoteAsync(ReplayJournal journal, Func<long> seq)
        {
            using var timer = new PeriodicTimer(Interval, journal._time);
            try
            {
                while (await timer.WaitForNextTickAsync(_end.Token)) await journal.NoteAsync(seq(), isComplete: false);
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                // The replay is over, and makes the last note itself.
            }
        }
    }
}
