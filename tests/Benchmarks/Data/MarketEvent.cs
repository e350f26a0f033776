using System.Text.Json.Serialization;

namespace Streaming.Tests.Benchmarks.Data;

/// <summary>An event as one would first write it down for System.Text.Json.</summary>
internal sealed record MarketEvent(
    string Ticker, DateOnly? Date, DateTimeOffset Timestamp, double? Open, double? High, double? Low, double Close, long? Volume)
{
    /// <summary>Can be moved, to use an event again.</summary>
    public DateTimeOffset Timestamp { get; set; } = Timestamp;

    [JsonIgnore]
    public long Minute => Timestamp.UtcTicks / TimeSpan.TicksPerMinute;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MarketEvent))]
internal sealed partial class MarketEventJson : JsonSerializerContext;
