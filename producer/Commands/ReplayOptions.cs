using System.CommandLine;

namespace Streaming.Producer.Commands;

/// <summary>The options of <c>replay</c> that say what is replayed and how.</summary>
internal sealed class ReplayOptions
{
    private readonly InputOptions _input = new();

    private readonly Option<double> _speed = OptionValues.Create(
        "--speed", "1 = market time, 60 = a market minute per second, max = as fast as the stream takes it", "x|max", OptionValues.Speed, 1, "-s");

    private readonly Option<double?> _rate = OptionValues.Create("--rate", "most records per second", "n", OptionValues.Rate, null);
    private readonly Option<DateTimeOffset?> _from = OptionValues.Create("--from", "first event time", "time", OptionValues.Time, null);
    private readonly Option<DateTimeOffset?> _to = OptionValues.Create("--to", "event time to stop before", "time", OptionValues.Time, null);

    private readonly Option<string[]> _tickers = new("--tickers", "-t")
    {
        Description = "only these: a,b,c, repeated, or @file with one a line",
        HelpName = "list|@file",
    };

    private readonly Option<bool> _loop = OptionValues.Flag("--loop", "start again for ever; each pass is moved on by whole days");
    private readonly Option<int> _loops = OptionValues.Create("--loops", "passes over the data", "n", OptionValues.PositiveCount, 1);

    private readonly Option<string> _retime = OptionValues.OneOf(
        "--retime", "keep the historical times, or begin now (moved by whole minutes; daily bars: the time they are sent)", "keep", "now");

    private readonly Option<string> _gaps = OptionValues.OneOf("--gaps", "pauses of over an hour without a tick", "skip", "keep");
    private readonly Option<long?> _limit = OptionValues.Create("--limit", "most records in all", "n", OptionValues.Count, null);
    private readonly Option<TimeSpan?> _duration = OptionValues.Create("--duration", "most time to run: 30s, 5m, 1h", "d", OptionValues.Duration, null);
    private readonly Option<bool> _dryRun = OptionValues.Flag("--dry-run", "read and encode everything, send nothing");

    private readonly Option<string> _onBadRow = OptionValues.OneOf(
        "--on-bad-row", "leave bad rows and files out and count them, or stop at the first", "skip", "fail");

    public void AddTo(Command command)
    {
        _input.AddTo(command);
        foreach (Option option in new Option[]
            { _speed, _rate, _from, _to, _tickers, _loop, _loops, _retime, _gaps, _limit, _duration, _dryRun, _onBadRow })
            command.Options.Add(option);
    }

    public ProducerOptions Read(ParseResult parsed, string runId) => (_input.Read(parsed) with
    {
        Speed = parsed.GetValue(_speed),
        Rate = parsed.GetValue(_rate),
        From = parsed.GetValue(_from),
        To = parsed.GetValue(_to),
        Tickers = OptionValues.Tickers(parsed.GetValue(_tickers) ?? []),
        Limit = parsed.GetValue(_limit),
        Duration = parsed.GetValue(_duration),
        Loops = parsed.GetValue(_loop) ? null : parsed.GetValue(_loops),
        Retime = parsed.GetValue(_retime) == "now" ? Retime.Now : Retime.Keep,
        SkipGaps = parsed.GetValue(_gaps) == "skip",
        DryRun = parsed.GetValue(_dryRun),
        FailOnBadRow = parsed.GetValue(_onBadRow) == "fail",
        RunId = runId,
    }).Validate();
}
