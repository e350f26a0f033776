using System.Globalization;
using System.Text;

namespace Streaming.Shared.Hosting;

/// <summary>Names, labels and numbers as Prometheus writes them, by the rules by which OpenTelemetry's names become its.</summary>
internal static class PrometheusText
{
    /// <summary><c>consumer.flush.time</c> in <c>s</c> as a counter: <c>consumer_flush_time_seconds_total</c>.</summary>
    public static string Name(string name, string? unit, bool isCounter)
    {
        string suffix = unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", _ => "" };
        string text = Identifier(name);
        if (!text.EndsWith(suffix, StringComparison.Ordinal)) text += suffix;
        return isCounter ? text + "_total" : text;
    }

    public static string Help(string text)
        => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary><c>{shard="a",outcome="b"}</c>, or nothing without tags.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return "";
        var text = new StringBuilder("{");
        foreach ((string name, object? value) in tags)
        {
            if (text.Length > 1) text.Append(',');
            string escaped = Help(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").Replace("\"", "\\\"", StringComparison.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"{Identifier(name)}=\"{escaped}\"");
        }

        return text.Append('}').ToString();
    }

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Identifier(string name)
    {
        string text = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return char.IsAsciiDigit(text[0]) ? "_" + text : text;
    }
}
