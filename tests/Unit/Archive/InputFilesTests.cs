using Streaming.Producer;
using Streaming.Producer.Archive;
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
    [InlineData("a/notes.txt", "only Parquet is read")]
    [InlineData("a/_temporary/_x", "does not exist")]
    public void NothingThere_SaysWhat(string input, string message)
        => Assert.Contains(message, Assert.Throws<UsageException>(() => Expand(input)).Message, StringComparison.Ordinal);

    [Fact]
    public void OtherStore_IsRefused() => Assert.Throws<UsageException>(() => InputFiles.Expand(["https://bucket/key.parquet"], ArchiveReads.NoS3));

    [Fact]
    public void HiveFolders_AreDecoded()
    {
        InputFile file = Assert.Single(InputFiles.Expand([_folder["t"]], ArchiveReads.NoS3));
        Assert.Equal("BRK.B", file.Partitions["Ticker"]);
        Assert.Equal("2024", file.Partitions["year"]);
    }

    private string[] Expand(params string[] inputs)
        => [.. InputFiles.Expand(inputs.Select(input => _folder[input]), ArchiveReads.NoS3).Select(file => Path.GetRelativePath(_folder.Path, file.Path))];
}
