using Streaming.Producer.Archive;
using Streaming.Shared.Ticks;
using static Streaming.Tests.Unit.Archive.HistoryColumn;

namespace Streaming.Tests.Unit.Archive;

/// <summary>When the rows of a file happened: field cases f06, f07, r04, r05 and r06, and their kinds.</summary>
public sealed class FileTimesTests : IDisposable
{
    private static readonly FileHints NewYorkInput = FileHints.None with { InputZone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York") };
    private static readonly FileHints Berlin = FileHints.None with { ExchangeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") };

    private readonly HistoryTable _table = new();

    public void Dispose() => _table.Dispose();

    // Field case r04.
    [Fact]
    public void TimesWithoutAZone_AreInTheInputsZone()
    {
        Write(Local("ts", "2024-01-02T04:00:00Z", "2024-07-02T04:01:00Z"));
        Assert.Equal(["2024-01-02T09:00:00Z", "2024-07-02T08:01:00Z"], Times(NewYorkInput));
        Assert.Equal(["2024-01-02T04:00:00Z", "2024-07-02T04:01:00Z"], Times());
    }

    [Fact]
    public void TextWithoutAZone_IsInTheInputsZone_AndAnOffsetWins()
    {
        Write(Text("ts", "2024-01-02 04:00", "2024/01/02 04:00:01.5", "20240102 040002", "2024-01-02T04:00:03Z", "2024-01-02T04:00:04-03:00"));
        Assert.Equal(
            ["2024-01-02T04:00:03Z", "2024-01-02T07:00:04Z", "2024-01-02T09:00:00Z", "2024-01-02T09:00:01.5Z", "2024-01-02T09:00:02Z"], Times(NewYorkInput));
    }

    [Fact]
    public void InstantsAndEpochs_AreNotMovedByTheInputsZone()
    {
        Write(Utc("ts", "2024-01-02T04:00:00Z"));
        Assert.Equal(["2024-01-02T04:00:00Z"], Times(NewYorkInput));
        Write(Longs("ts", 1704168000));
        Assert.Equal(["2024-01-02T04:00:00Z"], Times(NewYorkInput));
    }

    [Fact]
    public void HourThatTheClocksSkip_IsRefused_AndOneThatTheyRepeat_IsTheFirst()
    {
        Write(Local("ts", "2024-03-10T01:59:00Z", "2024-03-10T02:30:00Z", "2024-03-10T03:00:00Z", "2024-11-03T01:30:00Z", "2024-11-03T02:00:00Z"));
        List<Tick> ticks = _table.Read(NewYorkInput, out RefusedRows refused);
        Assert.Equal(["2024-03-10T06:59:00Z", "2024-03-10T07:00:00Z", "2024-11-03T05:30:00Z", "2024-11-03T07:00:00Z"], ticks.Select(HistoryTable.TimeOf));
        Assert.Contains("clocks skip that hour", Assert.Single(refused.Examples).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void UnsortedLocalTimes_AreOrderedInUtc_OverAChangeOfClocks()
    {
        Write(Local("ts", "2024-11-03T02:10:00Z", "2024-11-03T01:10:00Z", "2024-11-03T00:10:00Z", "2024-03-10T03:10:00Z"));
        Assert.Equal(["2024-03-10T07:10:00Z", "2024-11-03T04:10:00Z", "2024-11-03T05:10:00Z", "2024-11-03T07:10:00Z"], Times(NewYorkInput));
    }

    public static TheoryData<string, HistoryColumnSource> NewYorkMidnights => new()
    {
        { "instants", name => Utc(name, "2024-03-08T05:00:00Z", "2024-03-11T04:00:00Z") },
        { "UTC times without a zone", name => Local(name, "2024-03-08T05:00:00Z", "2024-03-11T04:00:00Z") },
        { "times as they are written", name => Local(name, "2024-03-08", "2024-03-11") },
        { "milliseconds", name => Longs(name, 1709874000000, 1710129600000) },
        { "nanoseconds", name => Longs(name, 1709874000000000000, 1710129600000000000) },
        { "seconds as double", name => Doubles(name, 1709874000, 1710129600) },
        { "text with offset", name => Text(name, "2024-03-08 00:00:00-05:00", "2024-03-11 00:00:00-04:00") },
        { "UTC text", name => Text(name, "2024-03-08T05:00:00Z", "2024-03-11T04:00:00Z") },
        { "text of dates", name => Text(name, "2024-03-08", "2024-03-11") },
        { "text of dates with slashes", name => Text(name, "2024/03/08", "2024/03/11") },
        { "yyyymmdd", name => Ints(name, 20240308, 20240311) },
        { "yyyymmdd as text", name => Text(name, "20240308", "20240311") },
        { "yyyymmdd as double", name => Doubles(name, 20240308, 20240311) },
        { "dates", name => Dates(name, "2024-03-08", "2024-03-11") },
    };

    // Field case f06: a date is a date however it is stored, under the name of a date or of a time.
    [Theory]
    [MemberData(nameof(NewYorkMidnights))]
    public void Dates_AreDailyBars_AtTheCloseOfTheirSession(string form, HistoryColumnSource column)
    {
        foreach (string name in new[] { "Date", "timestamp", "t" })
        {
            Write(column(name));
            List<Tick> bars = _table.Read();
            Assert.True(bars.Select(HistoryTable.TimeOf).SequenceEqual(["2024-03-08T21:00:00Z", "2024-03-11T20:00:00Z"]), $"{form} as {name}: {string.Join(", ", bars.Select(HistoryTable.TimeOf))}");
            Assert.Equal([new DateOnly(2024, 3, 8), new DateOnly(2024, 3, 11)], bars.Select(bar => bar.Date));
        }
    }

    public delegate HistoryColumn HistoryColumnSource(string name);

    [Fact]
    public void BerlinMidnights_AreDates_WithBerlinsTimeZone()
    {
        Write(Utc("Date", "2024-03-29T23:00:00Z", "2024-03-31T22:00:00Z"));
        Assert.Equal(["2024-03-30T15:00:00Z", "2024-04-01T14:00:00Z"], Times(Berlin));
        Assert.Empty(_table.Read(null, out RefusedRows refused));
        Assert.All(["--time-zone", "--column timestamp="], way => Assert.Contains(way, refused.Examples[0].Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void MidnightsOfAGivenTimestamp_StayTimes()
    {
        Write(Local("ts", "2024-01-02", "2024-01-03"));
        Assert.Equal(["2024-01-02T00:00:00Z", "2024-01-03T00:00:00Z"], Times(FileHints.None with { Columns = ColumnMap.Parse([], ["timestamp=ts"]) }));
    }

    [Fact]
    public void OneTimeOfDay_MakesTheColumnATime()
    {
        Write(Local("ts", "2024-01-02", "2024-01-03", "2024-01-04T00:01:00Z"));
        Assert.Equal(["2024-01-02T00:00:00Z", "2024-01-03T00:00:00Z", "2024-01-04T00:01:00Z"], Times());
    }

    [Fact]
    public void MidnightsOfOneFile_AreTimes_WhereOtherFilesHaveTimesOfDay()
    {
        _table.Write("hour=0/a.parquet", Text("ticker", "A"), Local("ts", "2024-01-02"), Doubles("close", 1));
        _table.Write("hour=1/a.parquet", Text("ticker", "A"), Local("ts", "2024-01-02T01:00:00Z"), Doubles("close", 1));
        Assert.Equal(["2024-01-02T00:00:00Z", "2024-01-02T01:00:00Z"], Times());
    }

    [Fact]
    public void MidnightsOfManyDays_StayDailyBars_BesideIntradayFiles()
    {
        _table.Write("1d/a.parquet", Text("ticker", "A", "A", "A"), Text("timestamp", "2024-01-02", "2024-01-03", "2024-01-04"), Doubles("close", 1, 1, 1));
        _table.Write("1h/a.parquet", Text("ticker", "A"), Text("timestamp", "2024-01-02T15:00:00Z"), Doubles("close", 1));
        Assert.Equal(["2024-01-02T15:00:00Z", "2024-01-02T21:00:00Z", "2024-01-03T21:00:00Z", "2024-01-04T21:00:00Z"], Times());
    }

    // A time that lost its time of day is not midnight, and its rows are no daily bars.
    [Fact]
    public void ManyRowsOfOneTickerAndDay_AreNoDailyBars()
    {
        string[] days = [.. Enumerable.Repeat("2024-01-02", 5)];
        _table.Write("a.parquet", Text("ticker", [.. days.Select(_ => "A")]), Dates("ts", days), Doubles("close", 1, 2, 3, 4, 5));
        Assert.Contains("their times are lost", _table.Refusal(), StringComparison.Ordinal);
        Assert.Equal(5, _table.Read(FileHints.None with { Columns = ColumnMap.Parse([], ["date=ts"]) }).Count);
    }

    [Fact]
    public void DateColumnWithTimesOfDay_IsTheTime_AndAFewFaultsAmongDatesAreRefused()
    {
        Write(Local("date", "2024-01-02T14:30:00Z", "2024-01-02T14:31:00Z", "2024-01-02T14:32:00Z"));
        Assert.Equal(["2024-01-02T14:30:00Z", "2024-01-02T14:31:00Z", "2024-01-02T14:32:00Z"], Times());

        Write(Local("date", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05T14:31:00Z"));
        Assert.Equal(3, _table.Read(null, out RefusedRows refused).Count);
        Assert.Contains("--column timestamp=", Assert.Single(refused.Examples).Reason, StringComparison.Ordinal);
    }

    public static TheoryData<HistoryColumn> HalfPastNine => new()
    {
        { Ints("Time", 93000, 160000) },
        { Longs("Time", 93000000, 160000000) },
        { Ints("Time", 930, 1600) },
        { Doubles("Time", 93000, 160000) },
        { Clock("Time", "09:30:00", "16:00:00") },
        { Text("Time", "09:30:00", "16:00:00") },
        { Text("Time", "9:30", "16:00") },
        { Text("Time", "093000", "160000") },
        { Text("Time", "93000000", "160000000") },
    };

    // Field cases f07 and r06: the date of any form, the time of day beside it.
    [Theory]
    [MemberData(nameof(HalfPastNine))]
    public void DateAndTimeOfDay_AreJoinedInTheInputsZone(HistoryColumn time)
    {
        foreach (HistoryColumn date in new[]
            { Dates("Date", "2024-01-02", "2024-07-02"), Ints("Date", 20240102, 20240702), Text("Date", "2024-01-02", "2024-07-02"), Local("Date", "2024-01-02", "2024-07-02") })
        {
            Write(date, time);
            Assert.Equal(["2024-01-02T09:30:00Z", "2024-07-02T16:00:00Z"], Times());
            Assert.Equal(["2024-01-02T14:30:00Z", "2024-07-02T20:00:00Z"], Times(NewYorkInput));
            Assert.Equal([new DateOnly(2024, 1, 2), new DateOnly(2024, 7, 2)], _table.Read().Select(tick => tick.Date));
        }
    }

    [Fact]
    public void TimeOfDay_IsJoinedToTheFoldersDate_AndRefusedWithoutAny()
    {
        _table.Write("date=2024-01-02/a.parquet", Text("ticker", "A"), Clock("time", "09:30"), Doubles("close", 1));
        Assert.Equal(["2024-01-02T09:30:00Z"], Times());
        File.Delete(Path.Combine(_table.Folder, "date=2024-01-02", "a.parquet"));
        Write(Clock("time", "09:30"));
        Assert.Contains("there is no date for them", _table.Refusal(), StringComparison.Ordinal);
    }

    // 34200 would pass for 03:42:00.
    [Fact]
    public void SecondsSinceMidnight_AreNotTakenForHhmmss()
    {
        Write(Dates("Date", [.. Enumerable.Repeat("2024-01-02", 5)]), Ints("Time", 34200, 34260, 34320, 34380, 34440));
        Assert.Contains("column Time has numbers", _table.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void FaultAmongTimesOfDay_IsRefused()
    {
        Write(Dates("Date", [.. Enumerable.Repeat("2024-01-02", 4)]), Ints("Time", 93000, 93001, 93060, 93002));
        Assert.Equal(3, _table.Read(null, out RefusedRows refused).Count);
        Assert.Equal("timestamp is not a time of day (hh:mm:ss or hhmmss)", Assert.Single(refused.Examples).Reason);
    }

    [Fact]
    public void TimesOfDayThatAreAllMidnight_AreDailyBars()
    {
        Write(Ints("Date", 20240102, 20240103), Text("Time", "000000", "000000"));
        Assert.Equal(["2024-01-02T21:00:00Z", "2024-01-03T21:00:00Z"], Times());
    }

    [Fact]
    public void WholeTimesInAColumnNamedTime_AreNotJoined()
    {
        Write(Dates("date", "2024-01-02", "2024-01-03"), Longs("time", 1704207601, 1704294001));
        Assert.Equal(["2024-01-02T15:00:01Z", "2024-01-03T15:00:01Z"], Times());
    }

    // Field case r05: 1704207601.25 is 15:00:01.25 to the microsecond, in each unit and as text too.
    [Theory]
    [InlineData(1704207601.25, "1704207601.25")]
    [InlineData(1704207601250.0, "1704207601250.0")]
    [InlineData(1704207601250000.0, "1704207601250000")]
    [InlineData(1704207601250000000.0, "1704207601250000000")]
    public void EpochAsDouble_IsRead(double epoch, string text)
    {
        Write(Doubles("timestamp", epoch));
        Assert.Equal(["2024-01-02T15:00:01.25Z"], Times());
        Write(Text("timestamp", text));
        Assert.Equal(["2024-01-02T15:00:01.25Z"], Times());
        Write(Text("timestamp", epoch.ToString("E18", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(["2024-01-02T15:00:01.25Z"], Times());
    }

    [Fact]
    public void EpochAsDouble_HasNoErrorOfTheDouble()
    {
        Write(Doubles("ts", 1704207601.1, 1704207601.123456, 1704207601.999999));
        Assert.Equal(["2024-01-02T15:00:01.1Z", "2024-01-02T15:00:01.123456Z", "2024-01-02T15:00:01.999999Z"], Times());
    }

    // Field case f07: what is no epoch does not become a window in 1970.
    [Theory]
    [InlineData(93000)]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(31535999)]
    [InlineData(4133980800)]
    [InlineData(long.MaxValue)]
    public void IntegerThatIsNoEpoch_IsRefusedWithItsValue(long value)
    {
        Write(Longs("ts", 1704207601, value));
        Assert.Single(_table.Read(null, out RefusedRows refused));
        string reason = Assert.Single(refused.Examples).Reason;
        Assert.Contains("not an epoch of the years 1971 to 2100", reason, StringComparison.Ordinal);
        if (value != 0) Assert.Contains($" {value} ", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void EpochFarFromItsDate_IsRefusedWithItsValue()
    {
        Write(Dates("date", "2024-01-02", "2024-01-03", "2024-01-04"), Longs("ts", 1704207601, 1604294001, 1704380401));
        Assert.Equal(2, _table.Read(null, out RefusedRows refused).Count);
        Assert.Equal("timestamp 1604294001 is an epoch more than a week away from the row's date", Assert.Single(refused.Examples).Reason);
    }

    [Fact]
    public void CompactTimes_AreNotTakenForEpochs()
    {
        Write(Longs("ts", 202401020930, 20240102093001, 20240102093002500));
        Assert.Equal(["2024-01-02T14:30:00Z", "2024-01-02T14:30:01Z", "2024-01-02T14:30:02.5Z"], Times(NewYorkInput));
    }

    [Fact]
    public void DailyBarsAfterTomorrow_AreRefused()
    {
        Write(Dates("date", "2026-01-01", "2026-01-03"));
        Assert.Single(_table.Read(null, out RefusedRows refused));
        Assert.Equal("date lies more than a day ahead of now", Assert.Single(refused.Examples).Reason);
    }

    [Fact]
    public void FromAndTo_ApplyToTheCloseOfDailyBars_AndABadDateIsStillCounted()
    {
        Write(Text("date", "2024-01-02", "2024-01-03", "soon", "2024-01-04"));
        var refused = new RefusedRows();
        RowFilter filter = RowFilter.All(new TestKit.ManualTimeProvider(ArchiveReads.Now)) with
        {
            FromMicros = Micros("2024-01-02T21:00:01Z"),
            ToMicros = Micros("2024-01-04T21:00:00Z"),
        };
        Assert.Equal("2024-01-03T21:00:00Z", HistoryTable.TimeOf(Assert.Single(ArchiveReads.All(refused, [_table.Folder], filter))));
        Assert.Equal(3, Assert.Single(refused.Examples).Row);
    }

    private static long Micros(string time) => DateTimeOffset.Parse(time).ToUnixTimeMilliseconds() * 1000;

    private List<string> Times(FileHints? hints = null) => [.. _table.Read(hints).Select(HistoryTable.TimeOf)];

    private void Write(params HistoryColumn[] times)
    {
        int rows = times[0].Rows;
        _table.Write(
            "a.parquet",
            [Text("ticker", [.. Enumerable.Repeat("A", rows)]), .. times, Doubles("close", [.. Enumerable.Range(1, rows).Select(price => (double?)price)])]);
    }
}
