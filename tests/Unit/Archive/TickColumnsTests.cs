using Streaming.Producer.Archive;
using Streaming.Shared;
using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Archive;

public sealed class TickColumnsTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void GivenColumns_WinOverUsualNames()
    {
        Write("a.parquet", Text("ticker", "wrong"), Text("Sym", "A"), Micros("ts"), Price("close", 1), Price("px", 2));
        Tick tick = Assert.Single(Read(ColumnMap.Parse(["ticker=sym,close=px"]), out _));
        Assert.Equal(("A", 2.0), (tick.Ticker, tick.Close));
    }

    [Fact]
    public void NamesThatDifferOnlyInCase_AreRefused_UnlessOneIsGiven()
    {
        Write("a.parquet", Text("ticker", "A"), Micros("ts"), Price("Close", 1), Price("CLOSE", 2));
        Assert.Empty(Read(ColumnMap.Usual, out RefusedRows refused));
        Assert.Contains("--column", Assert.Single(refused.Files).Reason, StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single(Read(ColumnMap.Parse(["close=CLOSE"]), out _)).Close);
    }

    [Fact]
    public void HiveFolder_GivesTheTickerAndTheDate_WhereTheFileLacksThem()
    {
        Write("ticker=BRK%2FB/date=2024-01-02/a.parquet", Micros("ts"), Price("close", 1));
        Tick tick = Assert.Single(Read(ColumnMap.Usual, out _));
        Assert.Equal(("BRK/B", new DateOnly(2024, 1, 2)), (tick.Ticker, tick.Date));
    }

    [Fact]
    public void OnlyADate_MakesDailyBars_AlsoAtMidnightTimestamps()
    {
        Write("a.parquet", Text("ticker", "A"), Micros("Date", "2024-01-03T00:00:00Z"), Price("close", 1));
        Write("b.parquet", Text("ticker", "B"), Text("date", "2024-01-02"), Price("close", 2));
        Write("c.parquet", Text("ticker", "C"), Date("DATE", new DateOnly(2024, 1, 1)), Price("close", 3));
        List<Tick> bars = Read(ColumnMap.Usual, out RefusedRows refused);
        Assert.Empty(refused.Files);
        Assert.Equal(["C", "B", "A"], bars.Select(bar => bar.Ticker));
        Assert.Equal([1, 2, 3], bars.Select(bar => bar.Date!.Value.Day));
    }

    [Fact]
    public void GivenTimestampOfTypeDate_IsRefused_AndNotTakenForMidnight()
    {
        Write("a.parquet", Text("ticker", "A"), Date("ts", new DateOnly(2024, 1, 2)), Price("close", 1));
        Assert.Empty(Read(ColumnMap.Parse(["timestamp=ts"]), out RefusedRows refused));
        Assert.Contains("--column date=ts", Assert.Single(refused.Files).Reason, StringComparison.Ordinal);
        Assert.Single(Read(ColumnMap.Parse(["date=ts"]), out _));
    }

    [Fact]
    public void DailyAndIntraday_AreOneHistory_InTheOrderOfTheirTimes()
    {
        Write("a.parquet", Text("ticker", "A"), Micros("ts"), Price("close", 1));
        Write("b.parquet", Text("ticker", "B"), Text("date", "2024-01-01"), Price("close", 2));
        Write("c.parquet", Text("ticker", "C"), Text("date", "2024-01-02"), Price("close", 3));
        Assert.Equal(["B", "A", "C"], Read(ColumnMap.Usual, out _).Select(tick => tick.Ticker));
    }

    [Theory]
    [InlineData("close")]
    [InlineData("close=")]
    [InlineData("px=close")]
    [InlineData("3=close")]
    [InlineData("close=a,close=b")]
    public void BadMap_IsAUsageError(string map) => Assert.Throws<UsageException>(() => ColumnMap.Parse([map]));

    private List<Tick> Read(ColumnMap map, out RefusedRows refused)
    {
        refused = new RefusedRows();
        return ArchiveReads.All(refused, [_folder.Path], hints: FileHints.None with { Columns = map });
    }

    private void Write(string path, params (ParquetField Field, Action<ParquetWriter> Write)[] columns)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        using FileStream output = File.Create(_folder[path]);
        using var writer = new ParquetWriter(output, [.. columns.Select(column => column.Field)]);
        writer.BeginRowGroup(1);
        foreach ((_, Action<ParquetWriter> write) in columns) write(writer);
        writer.Finish();
    }

    private static (ParquetField Field, Action<ParquetWriter> Write) Text(string name, string value)
        => (new(name, PhysicalType.ByteArray, LogicalKind.Text, true), writer => writer.Write([value]));

    private static (ParquetField Field, Action<ParquetWriter> Write) Micros(string name, string time = "2024-01-02T14:30:00Z")
        => (new(name, PhysicalType.Int64, LogicalKind.TimestampMicros, true), writer => writer.Write([DateTimeOffset.Parse(time).ToUnixTimeMilliseconds() * 1000]));

    private static (ParquetField Field, Action<ParquetWriter> Write) Date(string name, DateOnly date)
        => (new(name, PhysicalType.Int32, LogicalKind.Date, true), writer => writer.Write([(long)date.DayNumber - new DateOnly(1970, 1, 1).DayNumber]));

    private static (ParquetField Field, Action<ParquetWriter> Write) Price(string name, double value)
        => (new(name, PhysicalType.Double, LogicalKind.None, true), writer => writer.Write([value]));
}
