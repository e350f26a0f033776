using System.Numerics;
using Streaming.Producer.Archive;
using Streaming.Producer.Archive.Values;
using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;

namespace Streaming.Tests.Unit.Archive;

public sealed class ValuesTests
{
    private static readonly ZoneClock Utc = new(TimeZoneInfo.Utc);

    [Theory]
    [InlineData("2020-12-15 16:45", "2020-12-15T16:45:00Z")]
    [InlineData("2020-12-15T11:45:00-05:00", "2020-12-15T16:45:00Z")]
    [InlineData("2020-12-15T11:45:00.5-0500", "2020-12-15T16:45:00.5Z")]
    [InlineData("2020-12-15 11:45:00-05", "2020-12-15T16:45:00Z")]
    [InlineData("2020-12-15T16:45:59.999999999Z", "2020-12-15T16:45:59.999999Z")]
    [InlineData("1608050700", "2020-12-15T16:45:00Z")]
    [InlineData("1608050700000", "2020-12-15T16:45:00Z")]
    [InlineData("1608050700000000", "2020-12-15T16:45:00Z")]
    [InlineData("1608050700000000000", "2020-12-15T16:45:00Z")]
    [InlineData("1901-01-01 00:00:00", "1901-01-01T00:00:00Z")]
    [InlineData("2020/12/15 16:45:00.25", "2020-12-15T16:45:00.25Z")]
    [InlineData("2020.12.15 16:45", "2020-12-15T16:45:00Z")]
    [InlineData("20201215 16:45:00", "2020-12-15T16:45:00Z")]
    [InlineData("20201215T164500+01:00", "2020-12-15T15:45:00Z")]
    [InlineData("20201215164500", "2020-12-15T16:45:00Z")]
    [InlineData("1608050700.25", "2020-12-15T16:45:00.25Z")]
    [InlineData("1608050700250.5", "2020-12-15T16:45:00.2505Z")]
    public void TimeText_IsRead(string text, string expected)
    {
        Assert.Equal(FaultKind.None, TimeText.Read(System.Text.Encoding.UTF8.GetBytes(text), Utc, out Moment moment));
        Assert.Equal(DateTimeOffset.Parse(expected), DateTimeOffset.UnixEpoch.AddMicroseconds(moment.UtcMicros));
        Assert.NotEqual(MomentForm.Date, moment.Form);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2020-12-15")]
    [InlineData("12/15/2020 15:07")]
    [InlineData("2020-13-45 25:61:00")]
    [InlineData("2021-02-29 00:00:00")]
    [InlineData("2020-12-15 24:00:00")]
    [InlineData("2020-12-15 16:45:00 ")]
    [InlineData("2020-12-15 16:45:00.")]
    [InlineData("2020-12-15 16:45:00+5")]
    [InlineData("2020-12-15 16:45:00 EST")]
    [InlineData("16080507000")]
    [InlineData("9999999999999999999")]
    [InlineData("93000")]
    [InlineData("1608050700.")]
    [InlineData("1608050700.2x")]
    [InlineData("2020/12-15 16:45")]
    [InlineData("15.12.2020 16:45")]
    public void OtherTimeText_IsRefused(string text)
    {
        FaultKind kind = TimeText.Read(System.Text.Encoding.UTF8.GetBytes(text), Utc, out Moment moment);
        Assert.True(kind != FaultKind.None || moment.Form == MomentForm.Date);
    }

    [Theory]
    [InlineData(1_608_050_700, 1_608_050_700_000_000)]
    [InlineData(1_608_050_700_123, 1_608_050_700_123_000)]
    [InlineData(1_608_050_700_123_456, 1_608_050_700_123_456)]
    [InlineData(1_608_050_700_123_456_789, 1_608_050_700_123_456)]
    [InlineData(-86_400, -86_400_000_000)]
    [InlineData(long.MinValue, -9_223_372_036_854_776)]
    public void EpochUnit_FollowsFromItsSize(long raw, long micros) => Assert.Equal(micros, Epoch.FromEpoch(raw));

    [Theory]
    [InlineData("12345", 2, 123.45)]
    [InlineData("-1", 4, -0.0001)]
    [InlineData("1", 12, 1e-12)]
    [InlineData("99999999999999999999999999999999999999", 28, 9999999999.9999999999999999999999999999)]
    [InlineData("123456789012345678", 8, 1234567890.12345678)]
    public void Decimal_BecomesTheNearestDouble(string unscaled, int scale, double expected)
    {
        byte[] bytes = BigInteger.Parse(unscaled).ToByteArray(isUnsigned: false, isBigEndian: true);
        ColumnVector vector = Bytes(bytes);
        var column = new ParquetColumn("close", 0, PhysicalType.ByteArray, LogicalKind.Decimal, 38, scale, 0, false, true, false);
        var prices = new double[1];
        var faults = new RowFault[1];
        Number.Convert(column, vector, TickField.Close, prices, faults, []);
        Assert.Equal(expected, prices[0]);
        Assert.Equal(TickRules.IsPrice(expected), faults[0].IsNone);
    }

    [Theory]
    [InlineData("0", 0.0)]
    [InlineData("1200.0", 1200.0)]
    [InlineData("0.00123", 0.00123)]
    [InlineData("1e3", 1000.0)]
    [InlineData("+5", 5.0)]
    [InlineData("9223372036854775808", 9223372036854775808.0)]
    [InlineData("-0", 0.0)]
    [InlineData("-1", null)]
    [InlineData("1,000", null)]
    [InlineData("NaN", null)]
    [InlineData("", null)]
    public void VolumeText_IsANumberFromZeroOrIgnored(string text, double? expected)
    {
        var column = new ParquetColumn("volume", 0, PhysicalType.ByteArray, LogicalKind.Text, 0, 0, 0, false, true, false);
        AssertVolume(expected, column, Bytes(System.Text.Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(0.5, 0.5)]
    [InlineData(1e19, 1e19)]
    [InlineData(1.1e19, null)]
    [InlineData(double.NaN, null)]
    [InlineData(-1.0, null)]
    public void VolumeDouble_IsANumberFromZeroOrIgnored(double value, double? expected)
    {
        var column = new ParquetColumn("volume", 0, PhysicalType.Double, LogicalKind.None, 0, 0, 0, false, true, false);
        var vector = new ColumnVector(1) { Count = 1 };
        vector.Doubles[0] = value;
        AssertVolume(expected, column, vector);
    }

    private static void AssertVolume(double? expected, ParquetColumn column, ColumnVector vector)
    {
        var (volumes, faults, ignored) = (new double[1], new RowFault[1], new List<IgnoredValue>());
        Number.Convert(column, vector, TickField.Volume, volumes, faults, ignored);
        Assert.Equal(expected ?? double.NaN, volumes[0]);
        Assert.Equal(expected is null ? [0] : [], ignored.Select(value => value.Row));
        Assert.True(faults[0].IsNone);
    }

    private static ColumnVector Bytes(byte[] value)
    {
        var vector = new ColumnVector(1) { Count = 1, ByteData = value };
        vector.ByteEnds[0] = value.Length;
        return vector;
    }
}
