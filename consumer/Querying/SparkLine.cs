namespace Streaming.Consumer.Querying;

/// <summary>A row of numbers as one line of text: <c>▁▂▅▇█▆▃</c>, from the lowest to the highest of them.</summary>
internal static class SparkLine
{
    private const string Levels = "▁▂▃▄▅▆▇█";

    /// <summary>Numbers that are all the same lie in the middle.</summary>
    public static string Of(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0) return "";
        double low = values.Min();
        double range = values.Max() - low;
        return string.Concat(values.Select(value => Levels[range > 0 ? (int)Math.Min(Levels.Length - 1, (value - low) / range * Levels.Length) : (Levels.Length - 1) / 2]));
    }
}
