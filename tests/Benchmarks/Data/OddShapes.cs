using System.Text;

namespace Streaming.Tests.Benchmarks.Data;

/// <summary>Records that say the same as the producer's, written as others write them.</summary>
internal static class OddShapes
{
    private const int Shapes = 4;

    public static byte[] Of(ReadOnlySpan<byte> record, int which)
    {
        string json = Encoding.UTF8.GetString(record);
        return Encoding.UTF8.GetBytes((which % Shapes) switch
        {
            0 => WithBlanks(json),
            1 => WithTickerLast(json),
            2 => json.Replace("\"ticker\":\"T", "\"ticker\":\"\\u0054", StringComparison.Ordinal),
            _ => json.Replace(",\"volume\"", "e0,\"volume\"", StringComparison.Ordinal),
        });
    }

    /// <summary>What the contract asks for and no more.</summary>
    public static byte[] Plain(ReadOnlySpan<byte> record) => [.. record[..record.IndexOf(",\"run\":"u8)], (byte)'}'];

    // As Python's json.dumps does.
    private static string WithBlanks(string json)
        => json.Replace("\":", "\": ", StringComparison.Ordinal).Replace(",\"", ", \"", StringComparison.Ordinal);

    private static string WithTickerLast(string json)
    {
        int comma = json.IndexOf(',', StringComparison.Ordinal);
        return "{" + json[(comma + 1)..^1] + "," + json[1..comma] + "}";
    }
}
