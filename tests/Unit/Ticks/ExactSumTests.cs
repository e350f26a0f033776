using Streaming.Shared.Ticks;
using Streaming.Tests.Simulation.Market;

namespace Streaming.Tests.Unit.Ticks;

public sealed class ExactSumTests
{
    // Prices of a market, small and large ones, both signs, sums that nearly cancel, and zeros.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void MeanOfAnyTerms_IsTheNearestDouble_WhateverTheirOrder(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 5_000; i++)
        {
            double[] terms = Terms(random);
            double expected = ExactMean.Of(terms);
            Assert.True(Same(expected, Sum(terms).Mean(terms.Length)), $"seed {seed}, case {i}: {string.Join(' ', terms)}");
            random.Shuffle(terms);
            Assert.True(Same(expected, Sum(terms).Mean(terms.Length)), $"seed {seed}, case {i}, shuffled: {string.Join(' ', terms)}");
            Assert.InRange(Sum(terms).Mean(terms.Length), terms.Min(), terms.Max());
        }
    }

    [Fact]
    public void MeanOfOneTerm_IsTheTerm()
    {
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            double term = Term(random);
            Assert.True(Same(term, Sum(term).Mean(1)), $"case {i}: {term}");
            Assert.True(Same(term, Sum(term, term, term).Mean(3)), $"case {i}: three times {term}");
        }
    }

    [Fact]
    public void MeanOfAnySumAndCount_IsTheNearestDouble()
    {
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            (double first, double second) = (Term(random), Term(random));
            long count = random.NextInt64(1, long.MaxValue) >> random.Next(63);
            if (count == 0) continue;
            double expected = ExactMean.Nearest(ExactMean.Units(first) + ExactMean.Units(second), count);
            Assert.True(Same(expected, Sum(first, second).Mean(count)), $"case {i}: ({first} + {second}) / {count}");
        }
    }

    [Theory]
    [InlineData(1, 1.0000000000000002, 1)] // halfway between the two: the one with an even last digit
    [InlineData(1.0000000000000002, 1.0000000000000004, 1.0000000000000004)]
    [InlineData(-1, -1.0000000000000002, -1)]
    public void MeanHalfwayBetweenDoubles_IsTheEvenOne(double first, double second, double mean) => Assert.Equal(mean, Sum(first, second).Mean(2));

    [Fact]
    public void TermsAtTheLimits_AreSummedExactly()
    {
        const int count = 1000;
        var sum = new ExactSum();
        for (int i = 0; i < count; i++) sum.Add(TickRules.MaxVolume);
        sum.Add(TickRules.MinMagnitude);
        for (int i = 0; i < count; i++) sum.Add(-TickRules.MaxVolume);
        Assert.Equal(TickRules.MinMagnitude, sum.ToDouble());
        sum.Add(-TickRules.MinMagnitude);
        Assert.Equal(default, sum);
        Assert.Equal(0, BitConverter.DoubleToInt64Bits(sum.Mean(7)));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(1e300)]
    [InlineData(-1e300)]
    [InlineData(1e-300)]
    [InlineData(5e-324)]
    [InlineData(1.0000000000000002e-29)]
    public void TermThatIsNoMultipleOfTheUnit_IsRefused(double term)
    {
        ExactSum sum = Sum(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => sum.Add(term));
        Assert.Equal(Sum(1), sum);
    }

    private static double[] Terms(Random random)
    {
        double[] terms = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Term(random))];
        // A sum of small terms that large ones leave.
        if (random.Next(4) == 0) terms = [.. terms, .. terms.Where(term => Math.Abs(term) > 1).Select(term => -term)];
        return terms;
    }

    private static double Term(Random random)
    {
        double term = random.Next(5) switch
        {
            0 => 0,
            1 => random.Next(1, 10_000_000) / 10_000.0,
            2 => random.NextSingle() * 1000,
            3 => Math.Pow(10, (random.NextDouble() * 39) - 27) * (1 + random.NextDouble()),
            _ => Math.Pow(2, random.Next(-89, 39)),
        };
        return term == 0 || random.Next(3) > 0 ? term : -term;
    }

    private static ExactSum Sum(params double[] terms)
    {
        var sum = new ExactSum();
        foreach (double term in terms) sum.Add(term);
        return sum;
    }

    private static bool Same(double one, double other) => BitConverter.DoubleToInt64Bits(one) == BitConverter.DoubleToInt64Bits(other);
}
