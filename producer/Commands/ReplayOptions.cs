using System.CommandLine;
using Streaming.Shared;
using Streaming.Shared.CommandLine;

namespace Streaming.Producer.Commands;

/// <summary>The options of <c>replay</c> that say what is replayed and how.</summary>
internal sealed class ReplayOptions
{
    private readonly InputOptions _input = new();

    private readonly ValueOption<double> _speed = new(
        "--speed", "1 = market time, 60 = a market minute per second, max = as fast as the stream takes it", "x|max", Speed, "1", "-s");

    private readonly ValueOption<double?> _rate = new("--rate", "most records per second", "n", text => OptionValues.PositiveNumber(text));
    private readonly ValueOption<DateTimeOffset?> _from = new("--from", "first event time", "time", OptionValues.Time);
    private readonly ValueOption<DateTimeOffset?> _to = new("--to", "event time to stop before", "time", OptionValues.Time);

    private readonly Option<string[]> _tickers = new("--tickers", "-t")
    {
        Description = "only these: a,b,c, repeated, or @file with one a line",
        HelpName = "list|@file",
    };

    private readonly Option<bool> _loop = OptionValues.Flag("--loop", "start again for ever; each pass is moved on by whole days");
    private readonly ValueOption<int> _loops = new("--loops", "passes over the data", "n", OptionValues.PositiveCount, "1");

    private readonly ValueOption<Retime> _retime = OptionValues.OneOf(
        "--retime", "keep the historical times, or begin now (moved by whole minutes; daily bars: the time they are sent)", ("keep", Retime.Keep), ("now", Retime.Now));

    private readonly ValueOption<bool> _gaps = OptionValues.OneOf("--gaps", "pauses of over an hour without a tick", ("skip", true), ("keep", false));
    private readonly ValueOption<long?> _limit = new("--limit", "most records in all", "n", OptionValues.Count);
    private readonly ValueOption<TimeSpan?> _duration = OptionValues.Duration("--duration", "most time to run: 30s, 5m, 1h");
    private readonly Option<bool> _dryRun = OptionValues.Flag("--dry-run", "read and encode everything, send nothing");

    private readonly ValueOption<bool> _onBadRow = OptionValues.OneOf(
        "--on-bad-row", "leave bad rows and files out and count them, or stop at the first", ("skip", false), ("fail", true));

    public void AddTo(Command command)
    {
        _input.AddTo(command);
        foreach (Option option in new Option[]
            { _speed, _rate, _from, _to, _tickers, _loop, _loops, _retime, _gaps, _limit, _duration, _dryRun, _onBadRow })
            command.Options.Add(option);
    }

    public ProducerOptions Read(ParseResult parsed, string runId) => (_input.Read(parsed) with
    {
        Speed = _speed.Read(parsed),
        Rate = _rate.Read(parsed),
        From = _from.Read(parsed),
        To = _to.Read(parsed),
        Tickers = TickersOf(parsed.GetValue(_tickers) ?? []),
        Limit = _limit.Read(parsed),
        Duration = _duration.Read(parsed),
        Loops = parsed.GetValue(_loop) ? null : _loops.Read(parsed),
        Retime = _retime.Read(parsed),
        SkipGaps = _gaps.Read(parsed),
        DryRun = parsed.GetValue(_dryRun),
        FailOnBadRow = _onBadRow.Read(parsed),
        RunId = runId,
    }).Validate();

    private static double Speed(string text)
        => text == "max" ? double.PositiveInfinity : OptionValues.PositiveNumber(text.EndsWith('x') ? text[..^1] : text);

    /// <summary>Tickers of all the lists given; <c>@file</c> names a file with one ticker a line. Null if there is no list.</summary>
    private static HashSet<string>? TickersOf(string[] lists)
    {
        if (lists.Length == 0) return null;
        var tickers = new HashSet<string>(StringComparer.Ordinal);
        foreach (string list in lists)
        {
            if (!list.StartsWith('@')) tickers.UnionWith(list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            else tickers.UnionWith(TickerFile(list[1..]));
        }

        return tickers.Count > 0 ? tickers : throw new UsageException("--tickers names no ticker.");
    }

    private static List<string> TickerFile(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Where(line => line.Length > 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--tickers @{path}: {e.Message}");
        }
    }
}
