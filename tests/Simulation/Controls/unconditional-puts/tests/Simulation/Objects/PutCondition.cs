namespace Streaming.Tests.Simulation.Objects;

/// <summary>Control: rows are put whatever stands there, as by a store that does not heed conditions.</summary>
internal static class PutCondition
{
    public static bool Holds(string key, string? standing, string? expected)
        => key.StartsWith("avg_1min/", StringComparison.Ordinal) || standing == expected;
}
