using System.CommandLine;
using Streaming.Shared.Settings;

namespace Streaming.Consumer.Commands;

/// <summary>The options that decide what a row is: the same stream with other ones is another table.</summary>
internal sealed class EventTimeOptions
{
    private readonly CheckedOption<TimeSpan> _grace;
    private readonly CheckedOption<TimeSpan> _lateness;
    private readonly CheckedOption<bool> _repeats;
    private readonly CheckedOption<TimeZoneInfo> _zone;

    public EventTimeOptions(Settings settings)
    {
        var defaults = new ConsumerOptions();
        _grace = Duration("--grace", "a window is written this long (event time) after its end", defaults.Grace);
        _lateness = Duration("--allowed-lateness", "a window takes ticks for so long after its end, by its ticker's own event time", defaults.AllowedLateness);
        _repeats = new CheckedOption<bool>(
            settings, "--repeats", "records that their producer put again, by their fields run and seq", "drop|keep", "drop", "drop or keep", OptionTexts.TryRepeats);
        _zone = new CheckedOption<TimeZoneInfo>(
            settings, "--time-zone", "zone of the trade date of ticks without a date", "tz", defaults.ExchangeZone.Id,
            "a time zone such as America/New_York", OptionTexts.TryZone);

        CheckedOption<TimeSpan> Duration(string name, string description, TimeSpan fallback)
            => new(settings, name, description, "duration", DurationText.Format(fallback), DurationText.Hint, DurationText.TryParse);
    }

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_grace, _lateness, _repeats, _zone]) command.Add(option);
    }

    public ConsumerOptions Apply(ConsumerOptions options, ParseResult parsed) => options with
    {
        Grace = _grace.Read(parsed),
        AllowedLateness = _lateness.Read(parsed),
        DropRepeats = _repeats.Read(parsed),
        ExchangeZone = _zone.Read(parsed)!,
    };
}
