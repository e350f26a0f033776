namespace Streaming.Tests.Simulation.Objects;

/// <summary>When a conditional put is carried out.</summary>
internal static class PutCondition
{
    /// <param name="standing">Tag of the object that stands there, or null.</param>
    /// <param name="expected">Tag that the writer wants to replace, or null if none may stand there.</param>
    public static bool Holds(string key, string? standing, string? expected) => standing == expected;
}
