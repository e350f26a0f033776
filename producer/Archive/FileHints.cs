namespace Streaming.Producer.Archive;

/// <summary>What the user says about the files beside what stands in them.</summary>
internal sealed record FileHints
{
    public static FileHints None { get; } = new();

    public ColumnMap Columns { get; init; } = ColumnMap.Usual;

    /// <summary>Decides trade dates, whose midnight is a date, and when a daily bar happened.</summary>
    public TimeZoneInfo ExchangeZone { get; init; } = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

    /// <summary>Of times without a zone.</summary>
    public TimeZoneInfo InputZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Power of ten that prices are multiplied by.</summary>
    public int PriceExponent { get; init; }

    /// <summary>Of files that say no ticker themselves.</summary>
    public string? Ticker { get; init; }

    /// <summary>Likewise.</summary>
    public bool TickerFromFileName { get; init; }

    /// <summary>Of options that were checked.</summary>
    public static FileHints Of(ProducerOptions options) => new()
    {
        Columns = ColumnMap.Parse(options.Columns, options.NamedColumns),
        ExchangeZone = options.TimeZone,
        InputZone = options.InputTimeZone,
        PriceExponent = options.PriceExponent,
        Ticker = options.Ticker,
        TickerFromFileName = options.TickerFromFileName,
    };

    /// <summary>The ticker of a file that has none inside, or null.</summary>
    public string? TickerOf(string path) => Ticker ?? (TickerFromFileName ? TickerName.Of(path) : null);
}
