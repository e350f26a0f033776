namespace Streaming.Tests.Benchmarks.Measuring;

/// <summary>One line of the table.</summary>
/// <param name="Stage">What was measured.</param>
/// <param name="Against">What it was compared with in the same run, or under which conditions.</param>
/// <param name="Unit"><c>x</c> for ratios.</param>
/// <param name="Target">Null where the number only informs.</param>
internal sealed record Row(string Stage, string Against, string Unit, Spread Value, Target? Target = null)
{
    /// <summary>By the median; noise goes both ways.</summary>
    public Verdict Verdict => Target?.Judge(Value.Median) ?? Verdict.Informs;

    /// <summary>In place of the numbers of a stage whose peer is not there.</summary>
    public static Row Skipped(string stage, string reason) => new(stage, $"skipped: {reason}", "", new Spread(double.NaN, double.NaN, double.NaN));
}

/// <param name="Must">Worse than it fails the run.</param>
/// <param name="Goal">Where we want to be.</param>
/// <param name="LargerIsBetter">True for "so many times faster", false for costs.</param>
internal sealed record Target(double Must, double? Goal = null, bool LargerIsBetter = false)
{
    public Verdict Judge(double value)
    {
        if (!IsMet(value, Must)) return Verdict.Fails;
        return Goal is { } goal && !IsMet(value, goal) ? Verdict.Short : Verdict.Goal;
    }

    private bool IsMet(double value, double limit) => LargerIsBetter ? value >= limit : value <= limit;
}

internal enum Verdict
{
    Informs,

    /// <summary>Reached, or the must where there is no goal beyond it.</summary>
    Goal,

    /// <summary>The must is met, the goal is not.</summary>
    Short,
    Fails,
}
