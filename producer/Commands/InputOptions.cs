using System.CommandLine;
using System.Globalization;
using Streaming.Shared;
using Streaming.Shared.CommandLine;

namespace Streaming.Producer.Commands;

/// <summary>The options that say which files are read and how; the same for <c>replay</c> and <c>inspect</c>.</summary>
internal sealed class InputOptions
{
    private readonly Argument<string[]> _inputs = new("input")
    {
        Description = "Parquet or CSV files, folders (read recursively) or globs; local or s3://",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string[]> _column = new("--column")
    {
        Description = "field=NAME, repeated; NAME is taken as it is, with blanks, commas and quotes [the usual names]",
        HelpName = "field=NAME",
    };

    private readonly Option<string[]> _columns = new("--columns")
    {
        Description = "several in one: ticker=sym,close=px,...",
        HelpName = "map",
    };

    private readonly Option<string?> _ticker = OptionValues.Text(
        "--ticker", "ticker of files that have no ticker column or folder", "ticker");

    private readonly Option<bool> _tickerFromFileName = OptionValues.Flag(
        "--ticker-from-file-name", "likewise: AAPL.parquet, stocks_AAPL.csv, BRK.B.csv");

    private readonly ValueOption<TimeZoneInfo> _timeZone = OptionValues.Zone(
        "--time-zone", "the exchange's: decides `date` where the input has none, and 16:00 of daily bars", "America/New_York");

    private readonly ValueOption<TimeZoneInfo> _inputTimeZone = OptionValues.Zone(
        "--input-time-zone", "zone of input times without one", "UTC");

    private readonly ValueOption<int> _priceScale = new(
        "--price-scale", "power of ten that prices are multiplied by: 1e-9, 0.0001", "x", PowerOfTen, "1");

    public void AddTo(Command command)
    {
        command.Arguments.Add(_inputs);
        foreach (Option option in new Option[] { _column, _columns, _ticker, _tickerFromFileName, _timeZone, _inputTimeZone, _priceScale })
            command.Options.Add(option);
    }

    /// <summary>What is left to say stays as it is by default.</summary>
    public ProducerOptions Read(ParseResult parsed) => new()
    {
        Inputs = parsed.GetRequiredValue(_inputs),
        Columns = parsed.GetValue(_columns) ?? [],
        NamedColumns = parsed.GetValue(_column) ?? [],
        Ticker = parsed.GetValue(_ticker),
        TickerFromFileName = parsed.GetValue(_tickerFromFileName),
        TimeZone = _timeZone.Read(parsed)!,
        InputTimeZone = _inputTimeZone.Read(parsed)!,
        PriceExponent = _priceScale.Read(parsed),
        RunId = "",
    };

    // Other factors cannot be applied exactly, and no vendor has them.
    private static int PowerOfTen(string text)
    {
        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        bool isNumber = double.TryParse(text, style, CultureInfo.InvariantCulture, out double scale);
        int exponent = isNumber && scale > 0 ? (int)Math.Round(Math.Log10(scale)) : int.MaxValue;
        return Math.Abs((long)exponent) <= 18 && double.Parse($"1e{exponent}", CultureInfo.InvariantCulture) == scale
            ? exponent
            : throw new UsageException($"'{text}' is not a power of ten from 1e-18 to 1e18, such as 1e-9 or 0.0001.");
    }
}
