using System.Globalization;
using System.Text;

namespace Streaming.Tests.Simulation.Market;

/// <summary>A tick as its source knows it. Numbers are text, as they go into the JSON; null is a field that is not there.</summary>
/// <param name="Run">The producer's run; null for a producer that numbers nothing, whose repeats nobody can know.</param>
/// <param name="Seq">Counts within the run.</param>
internal sealed record MarketTick(
    string Ticker, long EventMicros, string Close, string? Open, string? High, string? Low, string? Volume, DateOnly? Date, string? Run, long Seq)
{
    public string ToJson()
    {
        var json = new StringBuilder(200);
        json.Append(CultureInfo.InvariantCulture, $$"""{"ticker":"{{Ticker}}",""");
        if (Date is { } date) json.Append(CultureInfo.InvariantCulture, $"\"date\":\"{date:yyyy-MM-dd}\",");
        json.Append(CultureInfo.InvariantCulture, $"\"timestamp\":\"{DateTime.UnixEpoch.AddMicroseconds(EventMicros):yyyy-MM-ddTHH:mm:ss.ffffff}+00:00\"");
        foreach ((string name, string? price) in (ReadOnlySpan<(string, string?)>)[("open", Open), ("high", High), ("low", Low), ("close", Close)])
        {
            if (price is not null) json.Append(CultureInfo.InvariantCulture, $",\"{name}\":{price}");
        }

        if (Volume is { } volume) json.Append(CultureInfo.InvariantCulture, $",\"volume\":{volume}");
        if (Run is not null) json.Append(CultureInfo.InvariantCulture, $",\"run\":\"{Run}\",\"seq\":{Seq}");
        return json.Append('}').ToString();
    }
}
