using Streaming.Producer.Archive;
using Streaming.Producer.Archive.Values;
using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;

namespace Streaming.Tests.Unit.Archive;

/// <summary>Whole columns at once, against one value after the other.</summary>
public sealed class ColumnTwinsTests
{
    private const long Latest = 2_000_000_000_000_000;
    private static readonly ZoneClock Utc = new(TimeZoneInfo.Utc);
    private static readonly ZoneClock NewYork = new(TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AnyColumn_IsConvertedAsItsValuesAre(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 3000; i++)
        {
            ColumnVector column = RandomColumn(random);
            ZoneClock input = random.Next(2) == 0 ? Utc : NewYork;
            foreach (LogicalKind kind in new[] { LogicalKind.TimestampMicros, LogicalKind.TimestampMillis, LogicalKind.None })
            {
                Compare(
                    new long[column.Count],
                    (times, faults) => Producer.Archive.Values.EventTime.Convert(Column(PhysicalType.Int64, kind), column, input, Latest, times, faults),
                    (times, faults) => Producer.Archive.Values.EventTime.ConvertEach(Column(PhysicalType.Int64, kind), column, input, Latest, times, faults));
            }

            foreach (ParquetColumn numbers in new[] { Column(PhysicalType.Double, LogicalKind.None), Column(PhysicalType.Int64, LogicalKind.None) })
            {
                foreach (TickField field in new[] { TickField.Close, TickField.High, TickField.Volume })
                {
                    var (ignored, expectedIgnored) = (new List<IgnoredValue>(), new List<IgnoredValue>());
                    Compare(
                        new double[column.Count],
                        (values, faults) => Number.Convert(numbers, column, field, values, faults, ignored),
                        (values, faults) => Number.ConvertEach(numbers, column, field, values, faults, expectedIgnored));
                    Assert.Equal(expectedIgnored, ignored);
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void WhatHoldsForAllValues_IsFoundAsForEach(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++)
        {
            long[] values = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => (long)random.Next(-10, 10))];
            if (random.Next(2) == 0) Array.Sort(values);
            if (random.Next(4) == 0) values[random.Next(values.Length)] = random.Next(2) == 0 ? long.MinValue : long.MaxValue;
            (long min, long max) = (random.Next(-12, 0), random.Next(0, 12));
            Assert.Equal(values.All(value => value >= min && value <= max), ValueRange.Holds<long>(values, min, max));
            Assert.Equal(values.Order().SequenceEqual(values), ValueRange.Rises(values));
            Assert.Equal(values.Min(), ValueRange.Min(values));
            double[] doubles = [.. values.Select(value => value == 9 ? double.NaN : value)];
            Assert.Equal(doubles.All(value => value >= min && value <= max), ValueRange.Holds<double>(doubles, min, max));
        }
    }

    private delegate void Conversion<T>(Span<T> values, Span<RowFault> faults);

    private static void Compare<T>(T[] values, Conversion<T> fast, Conversion<T> simple)
    {
        T[] expected = [.. values];
        var (faults, expectedFaults) = (new RowFault[values.Length], new RowFault[values.Length]);
        fast(values, faults);
        simple(expected, expectedFaults);
        Assert.Equal(expectedFaults, faults);
        Assert.Equal(expected, values);
    }

    // Mostly of good values, for else the fast path is never taken; at times with one that is not.
    private static ColumnVector RandomColumn(Random random)
    {
        var column = new ColumnVector(40) { Count = random.Next(1, 40) };
        for (int row = 0; row < column.Count; row++)
            (column.Longs[row], column.Doubles[row]) = (random.NextInt64(Latest), random.Next(1, 100_000) / 100.0);
        int odd = random.Next(column.Count);
        switch (random.Next(3))
        {
            case 0:
                column.IsNull[odd] = true;
                break;
            case 1:
                long[] longs = [long.MinValue, -1, 0, Latest, Latest + 1, long.MaxValue, Producer.Archive.Values.EventTime.MinMicros, Producer.Archive.Values.EventTime.MinMicros - 1];
                double[] doubles =
                [
                    double.NaN, 0, -0.0, -1, double.PositiveInfinity, TickRules.MinMagnitude, Math.BitDecrement(TickRules.MinMagnitude),
                    TickRules.MaxPrice, Math.BitIncrement(TickRules.MaxPrice), TickRules.MaxVolume, Math.BitIncrement(TickRules.MaxVolume),
                ];
                (column.Longs[odd], column.Doubles[odd]) = (longs[random.Next(longs.Length)], doubles[random.Next(doubles.Length)]);
                break;
        }

        return column;
    }

    private static ParquetColumn Column(PhysicalType type, LogicalKind kind) => new("x", 0, type, kind, 0, 0, 0, false, true, false);
}
