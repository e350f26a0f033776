using Streaming.Shared.Objects.S3;

namespace Streaming.Tests.Unit.Objects.S3;

public sealed class ReadAheadCacheTests
{
    private static readonly S3File File = new("bucket", "key", 1L << 40, "tag");

    [Fact]
    public void ReadThatGoesOn_GrowsToItsLimit_AndANewPlaceBeginsSmall()
    {
        var cache = new ReadAheadCache();
        var sizes = new List<int>();
        long at = 0;
        for (int i = 0; i < 8; i++)
        {
            int size = cache.ReadSize(File, at, wanted: 1);
            cache.Add(File, at, new byte[size]);
            sizes.Add(size >> 10);
            at += size;
        }

        Assert.Equal([64, 128, 256, 512, 1024, 2048, 4096, 4096], sizes);
        Assert.Equal(ReadAheadCache.SmallestRead, cache.ReadSize(File, at + 1, wanted: 1));
        Assert.Equal(10 << 20, cache.ReadSize(File, at, wanted: 10 << 20));
    }

    [Fact]
    public void OverItsBound_TheLeastRecentlyUsedGoes()
    {
        var cache = new ReadAheadCache(maxBytes: 3000);
        for (int block = 0; block < 3; block++) cache.Add(File, block * 1000, new byte[1000]);
        Assert.Equal(10, cache.Copy(File, 5, new byte[10]));
        cache.Add(File, 3000, new byte[1000]);
        Assert.Equal(10, cache.Copy(File, 5, new byte[10]));
        Assert.Equal(0, cache.Copy(File, 1005, new byte[10]));
        // Only as far as the block goes.
        Assert.Equal(3, cache.Copy(File, 3997, new byte[10]));
    }

    [Fact]
    public void ClosedFile_KeepsItsFirstReadsOnly()
    {
        var cache = new ReadAheadCache();
        cache.Add(File, 0, new byte[ReadAheadCache.SmallestRead]);
        cache.Add(File, ReadAheadCache.SmallestRead, new byte[ReadAheadCache.LargestRead]);
        cache.ForgetLarge(File);
        Assert.Equal(1, cache.Copy(File with { }, 0, new byte[1]));
        Assert.Equal(0, cache.Copy(File, ReadAheadCache.SmallestRead, new byte[1]));
    }
}
