using System.CommandLine;
using Streaming.Shared.CommandLine;

namespace Streaming.Consumer.Commands;

/// <summary>The options that decide what a row is: the same stream with other ones is another table.</summary>
internal sealed class EventTimeOptions
{
    private static readonly ConsumerOptions Defaults = new();

    private readonly ValueOption<TimeSpan?> _grace = OptionValues.Duration("--grace", "a window is written this long (event time) after its end", Defaults.Grace);

    private readonly ValueOption<TimeSpan?> _lateness = OptionValues.Duration(
        "--allowed-lateness", "a window takes ticks for so long after its end, by its ticker's own event time", Defaults.AllowedLateness);

    private readonly ValueOption<bool> _repeats = OptionValues.OneOf(
        "--repeats", "records that their producer put again, by their fields run and seq", ("drop", true), ("keep", false));

    private readonly ValueOption<TimeZoneInfo> _zone = OptionValues.Zone("--time-zone", "zone of the trade date of ticks without a date", Defaults.ExchangeZone.Id);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_grace, _lateness, _repeats, _zone]) command.Add(option);
    }

    public ConsumerOptions Apply(ConsumerOptions options, ParseResult parsed) => options with
    {
        Grace = _grace.Read(parsed) ?? Defaults.Grace,
        AllowedLateness = _lateness.Read(parsed) ?? Defaults.AllowedLateness,
        DropRepeats = _repeats.Read(parsed),
        ExchangeZone = _zone.Read(parsed)!,
    };
}
