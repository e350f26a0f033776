using System.Globalization;
using Streaming.Producer.Archive.Values;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Hosting;

namespace Streaming.Producer.Commands;

/// <summary>
/// Shows a replay's counters: on a terminal one line that is written over, else one plain line every ten seconds.
/// </summary>
internal sealed class ProgressDisplay : IDisposable
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TerminalInterval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _writing = new();
    private readonly CommandContext _context;
    private readonly bool _isQuiet;
    private readonly bool _isOneLine;
    private readonly bool _isStamped;
    private ITimer? _timer;
    private long _sentBefore;
    private TimeSpan _elapsedBefore;
    private bool _isLineOpen;

    public ProgressDisplay(CommandContext context, string mode)
    {
        _context = context;
        _isQuiet = mode == "none";
        // A log event has its own.
        _isStamped = mode == "plain" || !context.IsLogged;
        _isOneLine = mode == "auto" && context.IsTerminal && Environment.GetEnvironmentVariable("TERM") != "dumb";
    }

    public void Start(ReplayProgress progress)
    {
        if (_isQuiet) return;
        TimeSpan interval = _isOneLine ? TerminalInterval : PlainInterval;
        long start = _context.Time.GetTimestamp();
        _timer = _context.Time.CreateTimer(_ => Show(progress, _context.Time.GetElapsedTime(start)), null, interval, interval);
    }

    /// <summary>A line of its own, past the progress line.</summary>
    public void WriteLine(string text)
    {
        lock (_writing)
        {
            EndLine();
            _context.Error.WriteLine(text);
        }
    }

    public void Stop()
    {
        _timer?.Dispose();
        _timer = null;
        lock (_writing) EndLine();
    }

    public void Dispose() => Stop();

    private void Show(ReplayProgress progress, TimeSpan elapsed)
    {
        lock (_writing)
        {
            if (_timer is null) return;
            double seconds = (elapsed - _elapsedBefore).TotalSeconds;
            string line = Line(progress, seconds > 0 ? (progress.Sent - _sentBefore) / seconds : 0);
            (_sentBefore, _elapsedBefore) = (progress.Sent, elapsed);
            if (_isOneLine) _context.Error.Write($"\r{line}\u001b[K");
            else _context.Error.WriteLine(_isStamped ? $"{LogLine.Text(_context.Time.GetUtcNow())} {line}" : line);
            _isLineOpen = _isOneLine;
        }
    }

    private static string Line(ReplayProgress progress, double rate)
    {
        string eventTime = progress.LastEventMicros is { } micros ? SummaryText.TimeText(EventTime.ToTime(micros)) : "-";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"sent {progress.Sent}  {rate:0}/s  event {eventTime}  lag {progress.Lag.TotalSeconds:0.0} s  throttled {progress.Throttled}  retried {progress.Retried}  rejected {progress.Rejected}");
    }

    private void EndLine()
    {
        if (_isLineOpen) _context.Error.WriteLine();
        _isLineOpen = false;
    }
}
