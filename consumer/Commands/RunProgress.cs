using System.Globalization;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Commands;

/// <summary>
/// Tells on stderr what a run does: first the two addresses, then one updating line on a terminal or a plain line every ten
/// seconds, at last a summary.
/// </summary>
internal sealed class RunProgress : IAsyncDisposable
{
    private static readonly TimeSpan TerminalInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);

    private readonly ConsumerService _service;
    private readonly TimeProvider _time;
    private readonly TextWriter _output;
    private readonly bool _isTerminal;
    private readonly long _startedAt;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private long _readBefore;
    private long _printedAt;
    private bool _finished;

    public RunProgress(ConsumerService service, ConsumerOptions options, TimeProvider time, TextWriter output, bool isTerminal)
    {
        (_service, _time, _output, _isTerminal) = (service, time, output, isTerminal);
        _startedAt = _printedAt = time.GetTimestamp();
        output.WriteLine($"consumer: stream {options.Stream} -> lake {options.Lake}, application {options.AppName}");
        TimeSpan interval = isTerminal ? TerminalInterval : PlainInterval;
        _timer = time.CreateTimer(_ => Print(), null, interval, interval);
    }

    private void Print()
    {
        lock (_lock)
        {
            if (_finished) return;
            IReadOnlyList<ShardFigures> figures = _service.Shards;
            long read = figures.Sum(shard => shard.BooksNow.Read);
            double rate = (read - _readBefore) / Math.Max(0.001, _time.GetElapsedTime(_printedAt).TotalSeconds);
            (_readBefore, _printedAt) = (read, _time.GetTimestamp());

            Books books = figures.Aggregate(default(Books), (sum, shard) => sum + shard.Books);
            long behind = figures.Where(shard => shard.IsOwned).Select(shard => shard.MillisBehindLatest).DefaultIfEmpty(0).Max();
            long eventTime = figures.Select(shard => shard.ShardMicros).DefaultIfEmpty(long.MinValue).Max();
            string line = string.Create(
                CultureInfo.InvariantCulture,
                $"{read:N0} records, {rate:N0}/s, event time {EventTime(eventTime)}, behind {behind:N0} ms, {figures.Sum(shard => shard.WindowCount):N0} windows open, late {books.Late:N0}, quarantined {books.Quarantined:N0}, repeated {books.Repeated:N0}");
            if (_isTerminal) _output.Write($"\r{line}\u001b[K");
            else _output.WriteLine(line);
        }
    }

    /// <summary>Prints the summary of a run that ended well.</summary>
    public Task FinishAsync()
    {
        lock (_lock)
        {
            _finished = true;
            if (_isTerminal) _output.Write("\r\u001b[K");
            IReadOnlyList<ShardFigures> figures = _service.Shards;
            Books books = figures.Aggregate(default(Books), (sum, shard) => sum + shard.Books);
            long read = figures.Sum(shard => shard.BooksNow.Read);
            double seconds = _time.GetElapsedTime(_startedAt).TotalSeconds;
            _output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"consumer: {read:N0} records in {seconds:N1} s ({read / Math.Max(seconds, 0.001):N0}/s) from {figures.Count} shards, {figures.Sum(shard => shard.Puts.Written):N0} objects written"));
            _output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"books since the beginning: {books.Read:N0} read = {books.Windowed:N0} in windows + {books.Late:N0} late + {books.Quarantined:N0} quarantined + {books.Repeated:N0} repeated"));
            Books now = _service.BooksNow;
            if (now.IsMostlyLate)
                _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"consumer: {now.Late:N0} of {now.Late + now.Windowed:N0} ticks came too late for their windows; they are in late/ and in no row. {ShardFaultLog.BackfillRemedy}"));
            if (books.Misrouted > 0)
                _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"of the quarantined {books.Misrouted:N0} are of tickers that belong to another shard: the partition key must be the ticker"));
        }

        return Task.CompletedTask;
    }

    private static string EventTime(long micros)
        => micros == long.MinValue ? "-" : IsoTime.ToDateTime(micros).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public ValueTask DisposeAsync() => _timer.DisposeAsync();
}
