namespace Streaming.Producer.Sampling;

/// <summary>
/// The trades of one ticker from 09:30 to 16:00 in New York: many at the open and the close, few at noon, prices in whole cents.
/// Uses whole numbers wherever a library's rounding could differ between machines.
/// </summary>
internal sealed class TradingSession
{
    private const int Minutes = 390;
    private const long MicrosPerMinute = 60_000_000;

    public TradingSession(Random random, DateOnly day, int openCents, int expectedTrades)
    {
        int[] perMinute = TradesPerMinute(random, expectedTrades);
        Count = perMinute.Sum();
        (Micros, Prices, Sizes) = (new long[Count], new double[Count], new long[Count]);
        long open = OpenMicros(day);
        int next = 0;
        int cents = openCents;
        for (int minute = 0; minute < Minutes; minute++)
        {
            Span<long> times = Micros.AsSpan(next, perMinute[minute]);
            foreach (ref long time in times) time = open + (minute * MicrosPerMinute) + random.NextInt64(MicrosPerMinute);
            times.Sort();
            for (int i = 0; i < times.Length; i++, next++)
            {
                cents = Step(random, cents, openCents);
                Prices[next] = cents / 100.0;
                Sizes[next] = Size(random);
            }
        }
    }

    public int Count { get; }

    /// <summary>UTC microseconds since 1970, rising.</summary>
    public long[] Micros { get; }

    public double[] Prices { get; }

    /// <summary>Shares.</summary>
    public long[] Sizes { get; }

    // A parabola: four times as many trades in the first and last minutes as at noon.
    private static int[] TradesPerMinute(Random random, int expectedTrades)
    {
        const int half = Minutes / 2;
        var weights = new long[Minutes];
        for (int minute = 0; minute < Minutes; minute++)
        {
            long fromNoon = minute - half;
            weights[minute] = (half * half) + (3 * fromNoon * fromNoon);
        }

        long total = weights.Sum();
        var counts = new int[Minutes];
        for (int minute = 0; minute < Minutes; minute++)
        {
            int expected = (int)(expectedTrades * weights[minute] / total);
            counts[minute] = Math.Max(1, expected + random.Next(-expected / 4, (expected / 4) + 1));
        }

        return counts;
    }

    // A walk of up to three cents a trade, pulled back when it has come a twentieth away from the open.
    private static int Step(Random random, int cents, int openCents)
    {
        int step = random.Next(-3, 4);
        int band = openCents / 20;
        if (Math.Abs(cents + step - openCents) > band) step = cents > openCents ? -1 : 1;
        return cents + step;
    }

    // Mostly round lots, some odd ones.
    private static int Size(Random random) => random.Next(4) == 0 ? random.Next(1, 100) : 100 * random.Next(1, 11);

    private static long OpenMicros(DateOnly day)
    {
        TimeZoneInfo newYork = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");
        DateTime open = TimeZoneInfo.ConvertTimeToUtc(day.ToDateTime(new TimeOnly(9, 30)), newYork);
        return (open - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    }
}
