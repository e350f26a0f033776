using Streaming.Producer.Archive;
using Streaming.Shared;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Archive;

public sealed class InputFilesTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public InputFilesTests()
    {
        foreach (string path in (string[])["b.parquet", "a/z.parquet", "a/x.PARQUET", "a/notes.txt", "a/_temporary/half.parquet", ".hidden.parquet", "t/ticker=BRK.B/year=2024/p.parquet"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
            File.WriteAllText(_folder[path], "");
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folder_GivesItsParquetFilesInOrdinalOrder_WithoutLeftovers()
        => Assert.Equal(["a/x.PARQUET", "a/z.parquet", "b.parquet", "t/ticker=BRK.B/year=2024/p.parquet"], Expand(""));

    [Fact]
    public void ArgumentsComeInTheirOrder_AndAFileOnce() => Assert.Equal(["b.parquet", "a/x.PARQUET", "a/z.parquet"], Expand("b.parquet", "a", "b.parquet"));

    [Theory]
    [InlineData("*.parquet", "b.parquet")]
    [InlineData("?/z.*", "a/z.parquet")]
    [InlineData("**/p.parquet", "t/ticker=BRK.B/year=2024/p.parquet")]
    [InlineData("t/*", "t/ticker=BRK.B/year=2024/p.parquet")]
    public void Glob_Matches(string pattern, string expected) => Assert.Equal([expected], Expand(pattern));

    [Theory]
    [InlineData("none.parquet", "does not exist")]
    [InlineData("*.none", "matches")]
    [InlineData("a/_temporary/_x", "does not exist")]
    public void NothingThere_SaysWhat(string input, string message)
        => Assert.Contains(message, Assert.Throws<UsageException>(() => Expand(input)).Message, StringComparison.Ordinal);

    [Fact]
    public void OtherStore_IsRefused() => Assert.Throws<UsageException>(() => InputFiles.Expand(["https://bucket/key.parquet"], ArchiveReads.NoS3, new LeftOutFiles()));

    [Fact]
    public void HiveFolders_AreDecoded()
    {
        InputFile file = Assert.Single(InputFiles.Expand([_folder["t"]], ArchiveReads.NoS3, new LeftOutFiles()));
        Assert.Equal("BRK.B", file.Partitions["Ticker"]);
        Assert.Equal("2024", file.Partitions["year"]);
    }

    // Field case f09.
    [Fact]
    public void ParquetByAnotherName_IsTaken_AndWhatIsLeftOutIsNamed()
    {
        string parquet = TickFile.Write(_folder["in/a.parquet"], [TickFile.Tick("A", ArchiveReads.Now, 1)]);
        foreach (string name in (string[])["b.pq", "c.parquet.gzip", "d", "_e.pq", ".f.pq"]) File.Copy(parquet, _folder[$"in/{name}"]);
        File.WriteAllText(_folder["in/g.csv"], "");
        File.WriteAllText(_folder["in/h.TSV"], "");
        File.WriteAllText(_folder["in/notes.txt"], "The trades of January.");
        File.WriteAllText(_folder["in/short"], "PAR1");
        var leftOut = new LeftOutFiles();
        IReadOnlyList<InputFile> files = InputFiles.Expand([_folder["in"], _folder["in/*"]], ArchiveReads.NoS3, leftOut);
        Assert.Equal(["a.parquet", "b.pq", "c.parquet.gzip", "d", "g.csv", "h.TSV", "_e.pq"], files.Select(file => Path.GetFileName(file.Path)));
        Assert.Equal([_folder["in/notes.txt"], _folder["in/short"]], leftOut.Examples);
        Assert.Equal(2, leftOut.Count);
        Assert.Contains("notes.txt", leftOut.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyOtherFiles_AreNamedInTheError()
        => Assert.Contains("notes.txt", Assert.Throws<UsageException>(() => Expand("a/n*")).Message, StringComparison.Ordinal);

    [Fact]
    public void NamedFile_IsTakenWhateverItsName()
    {
        Assert.Equal(["a/notes.txt"], Expand("a/notes.txt"));
        Assert.Equal(["a/notes.txt"], Expand("a/*.txt"));
    }

    // Field case f08.
    [Theory]
    [InlineData("_delta_log/00000000000000000000.json", "Delta", "delta_scan")]
    [InlineData(".hoodie/hoodie.properties", "Hudi", "spark.read")]
    [InlineData("metadata/00003-9c1e.metadata.json", "Iceberg", "iceberg_scan")]
    [InlineData("metadata/version-hint.text", "Iceberg", "iceberg_scan")]
    public void Table_IsRefusedByName(string metadata, string format, string remedy)
    {
        foreach (string path in (string[])[$"up/table/{metadata}", "up/table/data/day=1/x.parquet"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
            File.WriteAllText(_folder[path], "");
        }

        foreach (string input in (string[])["up", "up/table", "up/table/data", "up/table/data/day=1", "up/table/data/day=1/x.parquet", "up/table/*/*/*.parquet", "up/*", "up/**/x.parquet"])
        {
            string message = Assert.Throws<UsageException>(() => Expand(input)).Message;
            Assert.Contains($"{_folder["up/table"]} is a {format} table", message, StringComparison.Ordinal);
            Assert.Contains(remedy, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void FolderThatIsCalledMetadata_IsNoTable()
    {
        Directory.CreateDirectory(_folder["u/metadata"]);
        File.WriteAllText(_folder["u/metadata/notes.json"], "");
        File.WriteAllText(_folder["u/x.parquet"], "");
        Assert.Equal(["u/x.parquet"], Expand("u"));
    }

    // Field case f03: as DuckDB, Arrow and Polars write it, and as Hive and Spark do.
    [Theory]
    [InlineData("ticker=Soci%C3%A9t%C3%A9", "Société")]
    [InlineData("ticker=%E8%85%BE%E8%AE%AF", "腾讯")]
    [InlineData("ticker=腾讯", "腾讯")]
    [InlineData("symbol=%F0%9F%98%80%20x", "😀 x")]
    public void HiveFolderBeyondAscii_IsDecoded(string folder, string ticker)
    {
        TickFile.Write(_folder[$"h/{folder}/x.parquet"], [TickFile.Tick("A", ArchiveReads.Now, 1)]);
        Assert.Equal(ticker, Assert.Single(InputFiles.Expand([_folder["h"]], ArchiveReads.NoS3, new LeftOutFiles())).Partitions.Values.Single());
    }

    private string[] Expand(params string[] inputs)
        => [.. InputFiles.Expand(inputs.Select(input => _folder[input]), ArchiveReads.NoS3, new LeftOutFiles()).Select(file => Path.GetRelativePath(_folder.Path, file.Path))];
}
