using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Streaming.Consumer.Decoding;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.EventTime;

/// <summary>
/// Owns: the fold of a shard's log, record by record: position, windows, watermarks, books, and the late and bad records that
/// are not stored yet. Does not own: when it is written, or where to. No clock, no I/O: the same log gives the same fold.
/// </summary>
public sealed class ShardWindows(EventTimeRules rules, TickerTable tickers)
{
    /// <summary>The windows of so many are in the processor's caches anyway: to ask for them costs more than it saves.</summary>
    private const int FewTickers = 400;

    private readonly ExchangeCalendar _calendar = new(rules.ExchangeZone);
    private readonly WindowedBatch _result = new();
    private readonly List<KeptRecord> _late = [];
    private readonly List<KeptRecord> _quarantined = [];
    // Counted apart: a record of five is copied whole for each.
    private SequenceNumber _position;
    private long _read;
    private long _windowed;
    private long _lateCount;
    private long _quarantinedCount;
    private long _repeated;
    private long _misrouted;
    // Kept, or they would be made for each batch.
    private RecordLoop? _addRecords;
    private Action<int, Exception>? _fail;

    public TickerTable Tickers { get; } = tickers;

    /// <summary>The last record that was folded in.</summary>
    public SequenceNumber Position => _position;

    public Books Books => new(_read, _windowed, _lateCount, _quarantinedCount, _repeated) { Misrouted = _misrouted };

    /// <summary>Highest event time of the shard; it decides when windows are written, never what is late.</summary>
    public long ShardMicros { get; private set; } = long.MinValue;

    /// <summary>Windows in memory.</summary>
    public int WindowCount { get; private set; }

    /// <summary>Windows that are not known to stand in their objects.</summary>
    public int DirtyCount { get; private set; }

    /// <summary>Late and bad records that wait for their objects, oldest first.</summary>
    public IReadOnlyList<KeptRecord> Late => _late;

    public IReadOnlyList<KeptRecord> Quarantined => _quarantined;

    /// <summary>Bytes of the late and bad records that wait.</summary>
    public long KeptBytes { get; private set; }

    /// <summary>Records that this program failed on since it started; they are in the books as quarantined.</summary>
    public long FailureCount { get; private set; }

    /// <summary>Values that were absent because they were not usable, since this process started.</summary>
    public long IgnoredValues { get; private set; }

    /// <summary>Folds a batch in. The result is reused by the next call.</summary>
    public WindowedBatch Add(DecodedBatch batch)
    {
        _result.Decoded = batch;
        RecordGuard.Run(batch.Records.Count, _addRecords ??= AddRecords, _fail ??= Fail);
        FailureCount += batch.Failures.Count;
        IgnoredValues += batch.IgnoredValues;
        _read += batch.Records.Count;
        _result.Books = Books;
        _result.ShardMicros = ShardMicros;
        return _result;
    }

    private void AddRecords(ref int next, int end)
    {
        ReadOnlySpan<DecodedTick> ticks = _result.Decoded.Ticks;
        RecordBatch.SequenceNumbers numbers = _result.Decoded.Records.Numbers;
        ReadOnlySpan<TickerState> all = Tickers.Span;
        bool isMany = all.Length > FewTickers;
        for (int i = next; i < end; next = ++i)
        {
            if (isMany) Prefetch(ticks, i, all);
            if (!TryAddToNewest(ticks[i], all, numbers[i])) AddRecord(i);
        }
    }

    // The windows of many tickers do not fit the processor's nearest caches: those of the next records are asked for before they are needed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(ReadOnlySpan<DecodedTick> ticks, int index, ReadOnlySpan<TickerState> all)
    {
        const int ahead = 8;
        if (index + (2 * ahead) >= ticks.Length) return;
        TickerState.Prefetch(Find(all, ticks[index + (2 * ahead)].TickerId));
        WindowPrefetch.Ask(Find(all, ticks[index + ahead].TickerId)?.Newest);
    }

    /// <summary>Null for 0, which a bad record has.</summary>
    private static TickerState? Find(ReadOnlySpan<TickerState> all, int id) => (uint)(id - 1) < (uint)all.Length ? all[id - 1] : null;

    private void Fail(int index, Exception failure)
    {
        _result.Decoded.Fail(index, failure);
        AddRecords(ref index, index + 1);
    }

    /// <summary>
    /// Folds a record in as <see cref="AddRecord"/> does, if it belongs to its ticker's newest window and nothing else is to be decided, as
    /// with nearly every record; else does nothing. Apart, since what is rare would take registers from what every record does.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryAddToNewest(in DecodedTick tick, ReadOnlySpan<TickerState> all, in SequenceNumber number)
    {
        if (number <= _position || tick.Fault is not null) return false;
        TickerState ticker = all[tick.TickerId - 1];
        if (ticker.Newest is not { } window || !window.Value.Holds(tick.EventMicros)) return false;
        Debug.Assert(!IsTooLate(ticker, window.Value.EndMicros), "The newest window holds its ticker's watermark, so that no tick of it is too late.");
        if (tick.Run is { } run && rules.DropRepeats && !ticker.Runs.TryAdvance(run, tick.Seq)) return false;
        Add(ticker, window, tick);
        _position = number;
        return true;
    }

    /// <summary>Folds one record in: wholly, or not at all if it throws. So what may throw comes before the first change.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddRecord(int index)
    {
        RecordBatch records = _result.Decoded.Records;
        ref readonly DecodedTick tick = ref _result.Decoded.Ticks[index];
        ref readonly SequenceNumber number = ref records.Numbers[index];
        if (number <= _position)
        {
            // The stream has given it before.
            _repeated++;
            return;
        }

        if (tick.Fault is { } fault) AddQuarantined(fault, records, index);
        else AddTick(tick, records, index);
        _position = number;
    }

    private void AddTick(in DecodedTick tick, RecordBatch records, int index)
    {
        TickerState ticker = Tickers[tick.TickerId];
        string? run = rules.DropRepeats ? tick.Run : null;
        if (run is not null && ticker.Runs.HasShown(run, tick.Seq))
        {
            // Its producer has put it before. That is judged first: a repeat that comes too late for its window is no late tick.
            _repeated++;
            return;
        }

        long start = WindowValue.StartOf(tick.EventMicros);
        if (IsTooLate(ticker, start + WindowValue.LengthMicros))
        {
            Keep(_late, _lateCount, records[index], LateReason);
            _lateCount++;
        }
        else
        {
            int i = ticker.Find(start);
            if (i < 0) Open(ticker, ~i, tick);
            else Add(ticker, ticker.Windows[i], tick);
        }

        if (run is not null) ticker.Runs.Advance(run, tick.Seq);
    }

    // By the watermark before this tick, whether or not the window is still here: it may be gone or kept for other reasons.
    private bool IsTooLate(TickerState ticker, long windowEndMicros) => rules.IsSealed(windowEndMicros, ticker.WatermarkMicros);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(TickerState ticker, Window window, in DecodedTick tick)
    {
        if (!window.IsDirty) DirtyCount++;
        window.Value.Add(tick);
        Pass(ticker, tick);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Pass(TickerState ticker, in DecodedTick tick)
    {
        ticker.WatermarkMicros = Later(ticker.WatermarkMicros, tick.EventMicros);
        ShardMicros = Later(ShardMicros, tick.EventMicros);
        _windowed++;
    }

    // Without a branch, which nobody could foresee where ticks are out of order: one is what Math.Max comes to inside a loop.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Later(long micros, long other) => Vector128.Max(Vector128.CreateScalarUnsafe(micros), Vector128.CreateScalarUnsafe(other)).ToScalar();

    /// <summary>Why a record is in <c>late/</c>.</summary>
    public const string LateReason = "its window had ended more than the allowed lateness before the ticker's watermark";

    private void Open(TickerState ticker, int index, in DecodedTick tick)
    {
        DateOnly tradeDate = tick.Date ?? _calendar.DateOf(tick.EventMicros);
        ticker.Insert(index, new Window(ticker, tick, tradeDate));
        WindowCount++;
        DirtyCount++;
        Pass(ticker, tick);
    }

    private void AddQuarantined(string fault, RecordBatch records, int index)
    {
        Keep(_quarantined, _quarantinedCount, records[index], fault);
        _quarantinedCount++;
        if (fault == BadRecordReasons.Misrouted) _misrouted++;
    }

    private void Keep(List<KeptRecord> list, long ordinal, in StreamRecord record, string reason)
    {
        list.Add(new KeptRecord(ordinal, record.SequenceNumber, record.HasArrival ? record.ArrivalMicros : null, reason, record.Data.ToArray()));
        KeptBytes += record.Data.Length;
    }

    /// <summary>Puts back what a checkpoint held.</summary>
    public void Restore(ShardFold fold)
    {
        _position = fold.Position;
        (_read, _windowed, _lateCount, _quarantinedCount, _repeated) = fold.Books;
        _misrouted = fold.Books.Misrouted;
        ShardMicros = fold.ShardMicros;
        foreach ((string name, long watermark) in fold.Watermarks) Ticker(name).WatermarkMicros = watermark;
        foreach ((string name, WindowValue value) in fold.Windows)
        {
            TickerState ticker = Ticker(name);
            int i = ticker.Find(value.StartMicros);
            var window = Window.Restored(ticker, value);
            ticker.Insert(~i, window);
            WindowCount++;
            if (window.IsDirty) DirtyCount++;
        }

        foreach ((string name, RunMark mark) in fold.Runs) Ticker(name).Runs.Advance(mark.Run, mark.Seq);
    }

    private TickerState Ticker(string name) => Tickers.TryGetOrAdd(System.Text.Encoding.UTF8.GetBytes(name), out int id)
        ? Tickers[id]
        : throw new InvalidOperationException($"The checkpoint has tickers of another shard, or more than one shard may have: {name}.");

    /// <summary>A copy of the fold as it stands now, with what is due for writing: closed dirty windows, or all dirty ones.</summary>
    /// <param name="reused">Holds the snapshot's windows, in place of those of an earlier one that is done with; null for a list of its own.</param>
    public FlushSnapshot Snapshot(bool openWindowsToo, List<WindowSnapshot>? reused = null)
    {
        List<WindowSnapshot> windows = reused ?? [];
        windows.Clear();
        windows.EnsureCapacity(WindowCount);
        var shown = new List<TickerSnapshot>(Tickers.All.Count);
        foreach (TickerState ticker in Tickers.All)
        {
            // One whose only records were found bad after it was entered has no watermark yet.
            if (ticker.WatermarkMicros == long.MinValue) continue;
            int first = windows.Count;
            AddSnapshots(ticker, openWindowsToo, windows);
            shown.Add(new TickerSnapshot(ticker.Name, ticker.WatermarkMicros, first..windows.Count, [.. ticker.Runs.All]));
        }

        return new FlushSnapshot(Position, Books, ShardMicros, shown, windows, [.. _late], [.. _quarantined]);
    }

    private void AddSnapshots(TickerState ticker, bool openWindowsToo, List<WindowSnapshot> windows)
    {
        ReadOnlySpan<Window> kept = ticker.WindowSpan;
        for (int i = 0; i < kept.Length; i++)
        {
            if (i + WindowPrefetch.Ahead < kept.Length) WindowPrefetch.Ask(kept[i + WindowPrefetch.Ahead]);
            Window window = kept[i];
            long end = window.Value.EndMicros;
            bool isSealed = rules.IsSealed(end, ticker.WatermarkMicros);
            windows.Add(new WindowSnapshot(
                window,
                AsItWas: isSealed ? window : window.Copy(),
                window.Value.TradeDate,
                window.IsDirty,
                IsDue: window.IsDirty && (openWindowsToo || rules.IsClosed(end, ShardMicros)),
                isSealed));
        }
    }

    /// <summary>Notes that a row with the snapshot's ticks stands in its object.</summary>
    public void Confirm(in WindowSnapshot written)
    {
        Window window = written.Window;
        bool wasDirty = window.IsDirty;
        window.ConfirmedTickCount = Math.Max(window.ConfirmedTickCount, written.Value.TickCount);
        if (wasDirty && !window.IsDirty) DirtyCount--;
    }

    /// <summary>Forgets the late and bad records of a snapshot, which are stored now.</summary>
    public void ConfirmKept(FlushSnapshot stored)
    {
        _late.RemoveRange(0, stored.Late.Count);
        _quarantined.RemoveRange(0, stored.Quarantined.Count);
        KeptBytes = _late.Sum(record => (long)record.Data.Length) + _quarantined.Sum(record => (long)record.Data.Length);
    }

    /// <summary>Complete for all that is known.</summary>
    public bool IsClosed(long windowEndMicros) => rules.IsClosed(windowEndMicros, ShardMicros);

    /// <summary>Called before windows are dropped: the last look at them, for who shows them.</summary>
    public Action? Forgetting { get; set; }

    /// <summary>Drops the windows that take no tick any more and whose last value is confirmed in its object.</summary>
    public void DropFinished()
    {
        Forgetting?.Invoke();
        foreach (TickerState ticker in Tickers.All) WindowCount -= ticker.DropFinished(rules);
    }
}
