using Streaming.Producer.Archive;
using Streaming.Shared.Aws;
using Streaming.Shared.Ticks;

namespace Streaming.Tests.Unit.Archive;

/// <summary>Reads an archive as the replay does.</summary>
internal static class ArchiveReads
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>For tests whose inputs are all local: nothing is asked of it.</summary>
    public static readonly S3Inputs NoS3 = new(AwsSettings.FromEnvironment, TimeProvider.System);

    public static List<Tick> All(RefusedRows refused, IEnumerable<string> inputs, RowFilter? filter = null, FileHints? hints = null, S3Inputs? s3 = null)
    {
        filter ??= RowFilter.All(new TestKit.ManualTimeProvider(Now));
        using EventTimeMerge merge = TickArchive.Open(InputFiles.Expand(inputs, s3 ?? NoS3, new LeftOutFiles()), hints ?? FileHints.None, filter, refused, CancellationToken.None).Read(isFirstPass: true);
        var ticks = new List<Tick>();
        Tick tick = default;
        while (merge.TryRead(ref tick)) ticks.Add(tick);
        return ticks;
    }

    public static List<Tick> All(params string[] inputs)
    {
        var refused = new RefusedRows();
        List<Tick> ticks = All(refused, inputs);
        Assert.Empty(refused.Files);
        Assert.Equal(0, refused.RowCount);
        return ticks;
    }
}
