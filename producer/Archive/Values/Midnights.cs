namespace Streaming.Producer.Archive.Values;

/// <summary>Counts how many times are midnight, for each rule.</summary>
internal sealed class Midnights(MarketClocks clocks)
{
    private static readonly DayRule[] Rules = Enum.GetValues<DayRule>();

    private readonly int[] _counts = new int[Rules.Length];
    private readonly HashSet<long> _timesOfDay = [];
    private readonly HashSet<long> _days = [];

    public int Count { get; private set; }

    /// <summary>The rule that most times follow; the first of equals.</summary>
    public DayRule Best => Rules.MaxBy(rule => _counts[(int)rule]);

    /// <summary>By one of the rules all of them are.</summary>
    public bool AreAll => Array.IndexOf(_counts, Count) >= 0;

    /// <summary>
    /// All but a few faults are midnights, or the times of day are those of midnight elsewhere, in summer and in winter. Times of bars of
    /// some hours are neither.
    /// </summary>
    public bool AreMost => _counts.Max() * 4L >= Count * 3L || _timesOfDay.Count <= 2;

    /// <summary>One day or two may be the part of a history whose other files have times of day.</summary>
    public bool AreFewDays => _days.Count <= 2;

    public void Add(in Moment moment)
    {
        Count++;
        if (AreFewDays) _days.Add(moment.UtcMicros / EventTime.MicrosPerDay);
        if (_timesOfDay.Count <= 2) _timesOfDay.Add(moment.WrittenMicros % EventTime.MicrosPerDay);
        foreach (DayRule rule in Rules)
        {
            // A date alone has no clock but its own.
            bool isOwn = moment.Form != MomentForm.Date || rule == DayRule.Written;
            if (isOwn && clocks.Shown(moment, rule) % EventTime.MicrosPerDay == 0) _counts[(int)rule]++;
        }
    }
}
