using Streaming.Producer;
using Streaming.Producer.Archive;
using Streaming.Shared;
using Streaming.Shared.Objects;
using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;
using Streaming.Tests.Unit.Objects.S3;

namespace Streaming.Tests.Unit.Archive;

public sealed class S3InputsTests : IAsyncLifetime
{
    private const string Bucket = S3Fixture.Bucket;
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 14, 30, 0, TimeSpan.Zero);

    private readonly ScratchFolder _folder = new();
    private S3Fixture _s3 = null!;

    private S3Inputs Inputs => new(S3Fixture.Settings(_s3.Aws.Endpoint), TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        _s3 = await S3Fixture.StartAsync();
        _s3.Aws.S3.PageSize = 2;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return _s3.DisposeAsync();
    }

    [Theory]
    [InlineData("", "a/x.PARQUET a/z.parquet b.parquet t/ticker=BRK.B/year=2024/p q.parquet")]
    [InlineData("/a", "a/x.PARQUET a/z.parquet")]
    [InlineData("/a/", "a/x.PARQUET a/z.parquet")]
    [InlineData("/b.parquet", "b.parquet")]
    [InlineData("/*.parquet", "b.parquet")]
    [InlineData("/?/z.*", "a/z.parquet")]
    [InlineData("/**/z.parquet", "a/z.parquet")]
    [InlineData("/t/*", "t/ticker=BRK.B/year=2024/p q.parquet")]
    public void PrefixObjectOrGlob_GivesTheParquetBelow(string input, string expected)
    {
        foreach (string key in (string[])["b.parquet", "a/z.parquet", "a/x.PARQUET", "a/notes.txt", "a/_temporary/half.parquet", ".hidden.parquet", "t/ticker=BRK.B/year=2024/p q.parquet", "ab/"])
            _s3.Aws.S3.Put(Bucket, key, []);
        IReadOnlyList<InputFile> files = InputFiles.Expand([$"s3://{Bucket}{input}", $"s3://{Bucket}{input}"], Inputs, new LeftOutFiles());
        string[] found = [.. files.Select(file => file.Path[$"s3://{Bucket}/".Length..])];
        Assert.Equal(expected, string.Join(' ', found));
        Assert.All(files.Where(file => file.Path.Contains("year=", StringComparison.Ordinal)), file => Assert.Equal("BRK.B", file.Partitions["ticker"]));
    }

    // Once, and each folder above what was listed is asked for the three kinds of table metadata.
    [Theory]
    [InlineData("/in", 1 + 3)]
    [InlineData("/in/a.parquet", 1 + 3 + 3)]
    [InlineData("/in/*.parquet", 1 + 3)]
    public async Task Input_IsListedOnce(string input, int listings)
    {
        Upload(TickFile.Write(_folder["a.parquet"], [TickFile.Tick("A", Start, 1)]), "in/a.parquet");
        var options = new ProducerOptions
        {
            Inputs = [$"s3://{Bucket}{input}"],
            Aws = S3Fixture.Settings(_s3.Aws.Endpoint),
            RunId = "test",
            DryRun = true,
        };
        var replay = new ReplayPipeline(options, TimeProvider.System);
        replay.FindInputs();
        Assert.Equal(1, (await replay.RunAsync(stream: null, CancellationToken.None)).Sent);
        Assert.Equal(listings, _s3.Aws.S3.Calls.Count(call => call.Key.Length == 0));
    }

    [Fact]
    public void NothingThere_SaysWhat()
    {
        Assert.Contains("No Parquet or CSV object", Assert.Throws<UsageException>(() => Inputs.Expand($"s3://{Bucket}/none", new LeftOutFiles())).Message, StringComparison.Ordinal);
        Assert.Contains("Create bucket no-such", Assert.Throws<StoreUnavailableException>(() => Inputs.Expand("s3://no-such/none", new LeftOutFiles())).Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => Inputs.Expand("s3://", new LeftOutFiles()));
    }

    [Fact]
    public void ObjectsOfOtherNames_AreTakenByTheirFirstBytes_OrNamed()
    {
        Upload(TickFile.Write(_folder["a.parquet"], [TickFile.Tick("A", Start, 1)]), "in/a.parquet.gzip");
        Upload(TickFile.Write(_folder["b.parquet"], [TickFile.Tick("B", Start, 1)]), "in/b.pq");
        _s3.Aws.S3.Put(Bucket, "in/c.csv", "ticker,ts,close\nC,2024-01-02T14:30:00Z,1\n"u8.ToArray());
        _s3.Aws.S3.Put(Bucket, "in/notes.txt", "These are the trades of January."u8.ToArray());
        var leftOut = new LeftOutFiles();
        IReadOnlyList<InputFile> files = Inputs.Expand($"s3://{Bucket}/in", leftOut);
        Assert.Equal(["a.parquet.gzip", "b.pq", "c.csv"], files.Select(file => Path.GetFileName(file.Path)));
        Assert.Equal([$"s3://{Bucket}/in/notes.txt"], leftOut.Examples);
        // The names of Parquet and CSV need no look: two unknown names are Parquet, one is not.
        Assert.Equal(3, _s3.Aws.S3.Calls.Count(call => call.Range is not null));
        Assert.Equal(["A", "B", "C"], ArchiveReads.All(new RefusedRows(), [$"s3://{Bucket}/in"], s3: Inputs).Select(tick => tick.Ticker));
    }

    [Fact]
    public void ObjectOfAnyName_IsJudgedByItsBytes()
    {
        Upload(TickFile.Write(_folder["a.parquet"], [TickFile.Tick("A", Start, 1)]), "in/a.bin");
        _s3.Aws.S3.Put(Bucket, "in/b.dat", "ticker,ts,close\nB,2024-01-02T14:30:00Z,1\n"u8.ToArray());
        string[] inputs = [$"s3://{Bucket}/in/a.bin", $"s3://{Bucket}/in/b.dat", $"s3://{Bucket}/in/*.dat"];
        Assert.Equal(["A", "B"], ArchiveReads.All(new RefusedRows(), inputs, s3: Inputs).Select(tick => tick.Ticker));
    }

    [Theory]
    [InlineData("_delta_log/00000000000000000000.json", "/t", "delta_scan")]
    [InlineData("_delta_log/00000000000000000000.json", "/t/year=2024/", "delta_scan")]
    [InlineData("_delta_log/00000000000000000000.json", "/t/year=2024/*", "delta_scan")]
    [InlineData("_delta_log/00000000000000000000.json", "/t/year=2024/a.parquet", "delta_scan")]
    [InlineData("_delta_log/00000000000000000000.json", "", "delta_scan")]
    [InlineData(".hoodie/hoodie.properties", "/t/year=2024", "hudi")]
    [InlineData("metadata/v3.metadata.json", "/t/year=2024", "iceberg_scan")]
    [InlineData("metadata/version-hint.text", "/t", "iceberg_scan")]
    public void Table_IsRefusedByName(string metadata, string input, string remedy)
    {
        _s3.Aws.S3.Put(Bucket, $"t/{metadata}", []);
        _s3.Aws.S3.Put(Bucket, "t/year=2024/a.parquet", []);
        string message = Assert.Throws<UsageException>(() => Inputs.Expand($"s3://{Bucket}{input}", new LeftOutFiles())).Message;
        Assert.Contains(remedy, message, StringComparison.Ordinal);
        Assert.Contains($"s3://{Bucket}/t", message, StringComparison.Ordinal);
    }

    [Fact]
    public void TableBesideTheInput_IsNoConcernOfIt()
    {
        _s3.Aws.S3.Put(Bucket, "t/_delta_log/00000000000000000000.json", []);
        _s3.Aws.S3.Put(Bucket, "t/a.parquet", []);
        _s3.Aws.S3.Put(Bucket, "metadata/notes.json", []);
        _s3.Aws.S3.Put(Bucket, "u/a.parquet", []);
        Assert.Single(Inputs.Expand($"s3://{Bucket}/u", new LeftOutFiles()));
        Assert.Single(Inputs.Expand($"s3://{Bucket}/u*/*.parquet", new LeftOutFiles()));
    }

    [Fact]
    public void Objects_GiveTheTicksOfTheFiles()
    {
        for (int file = 0; file < 3; file++)
        {
            int place = file;
            Tick[] Group(int minute) => [.. Enumerable.Range(0, 500).Select(i => TickFile.Tick($"T{place}", Start.AddMinutes(minute).AddMilliseconds(i * 7), i + 1, i))];
            Upload(TickFile.Write(_folder[$"in/d={file}/a.parquet"], Group(file), Group(file + 2)), $"in/d={file}/a.parquet");
        }

        // One read in six breaks off or is refused at first.
        _s3.Aws.S3.Faults = call => call.Number % 6 == 5 ? S3Fault.Drop : S3Fault.None;
        Assert.Equal(ArchiveReads.All(_folder["in"]), ArchiveReads.All(new RefusedRows(), [$"s3://{Bucket}/in"], s3: Inputs));
    }

    [Fact]
    public void SkippedColumns_AreNotRead()
    {
        const int rows = 100_000;
        long size = Upload(WriteWide(rows, groups: 3), "wide.parquet");
        Assert.Equal(rows * 3, ArchiveReads.All(new RefusedRows(), [$"s3://{Bucket}/wide.parquet"], s3: Inputs).Count);
        double share = _s3.Aws.S3.BytesServed / (double)size;
        int reads = _s3.Aws.S3.Calls.Count(call => call.Range is not null);
        Assert.True(share is > 0.2 and < 0.4, $"{share:P0} of the file were read");
        Assert.True(reads < 45, $"{reads} reads");
        Assert.DoesNotContain(_s3.Aws.S3.Calls, call => call.Method == "GET" && call.Key.Length > 0 && call.Range is null);
    }

    [Fact]
    public void ObjectChangedAfterItWasListed_IsRefused()
    {
        Upload(TickFile.Write(_folder["a.parquet"], [TickFile.Tick("A", Start, 1)]), "a.parquet");
        InputFile file = Assert.Single(Inputs.Expand($"s3://{Bucket}/a.parquet", new LeftOutFiles()));
        Upload(TickFile.Write(_folder["a.parquet"], [TickFile.Tick("A", Start, 2)]), "a.parquet");
        Assert.Contains("was changed", Assert.Throws<IOException>(file.Open).Message, StringComparison.Ordinal);
    }

    // Taken for the part that was asked for, the object's first bytes would be read as wrong values or as a broken file.
    [Fact]
    public void ServiceThatIgnoresRanges_EndsTheReplay()
    {
        Upload(WriteWide(rows: 10_000, groups: 1), "wide.parquet");
        _s3.Aws.S3.IgnoresRanges = true;
        var error = Assert.Throws<StoreUnavailableException>(() => ArchiveReads.All(new RefusedRows(), [$"s3://{Bucket}/wide.parquet"], s3: Inputs));
        Assert.Contains("bytes came instead of the", error.Message, StringComparison.Ordinal);
    }

    // A broken file is left out and counted; a store that cannot be read is no broken file.
    [Fact]
    public void ReadThatIsDenied_EndsTheReplay()
    {
        Upload(TickFile.Write(_folder["a.parquet"], [TickFile.Tick("A", Start, 1)]), "a.parquet");
        _s3.Aws.S3.Faults = call => call.Range is null ? S3Fault.None : S3Fault.AccessDenied;
        Assert.Throws<StoreUnavailableException>(() => ArchiveReads.All(new RefusedRows(), [$"s3://{Bucket}/a.parquet"], s3: Inputs));
    }

    private long Upload(string path, string key)
    {
        byte[] content = File.ReadAllBytes(path);
        _s3.Aws.S3.Put(Bucket, key, content);
        return content.Length;
    }

    /// <summary>Ticks with six columns of noise between those that a replay wants.</summary>
    private string WriteWide(int rows, int groups)
    {
        var random = new Random(7);
        string path = _folder["wide.parquet"];
        string[] names = ["ticker", "noise1", "noise2", "ts", "noise3", "noise4", "close", "noise5", "noise6"];
        ParquetField[] fields = [.. names.Select(name => name switch
        {
            "ticker" => new ParquetField(name, PhysicalType.ByteArray, LogicalKind.Text, IsOptional: false),
            "ts" => new ParquetField(name, PhysicalType.Int64, LogicalKind.TimestampMicros, IsOptional: false),
            _ => new ParquetField(name, PhysicalType.Double, LogicalKind.None, IsOptional: false),
        })];
        using FileStream output = File.Create(path);
        using var writer = new ParquetWriter(output, fields);
        for (int group = 0; group < groups; group++)
        {
            long start = (Start.AddMinutes(group).UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
            writer.BeginRowGroup(rows);
            foreach (string name in names)
            {
                if (name == "ticker") writer.Write([.. Enumerable.Repeat((string?)"A", rows)]);
                else if (name == "ts") writer.Write([.. Enumerable.Range(0, rows).Select(i => start + (i * 600L))]);
                else writer.Write([.. Enumerable.Range(0, rows).Select(_ => 1 + random.NextDouble())]);
            }
        }

        writer.Finish();
        return path;
    }
}
