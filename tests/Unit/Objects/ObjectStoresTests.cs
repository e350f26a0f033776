using Streaming.Shared;
using Streaming.Shared.Aws;
using Streaming.Shared.Objects;
using Streaming.Shared.Objects.S3;

namespace Streaming.Tests.Unit.Objects;

public sealed class ObjectStoresTests
{
    [Theory]
    [InlineData("./data/lake")]
    [InlineData("/data/lake")]
    [InlineData("data lake")]
    public void Folder_IsALocalStore(string address) => Assert.Equal(address, Assert.IsType<LocalObjectStore>(ObjectStores.Open(address, TimeProvider.System)).Address);

    [Theory]
    [InlineData("s3://bucket/prefix")]
    [InlineData("S3://bucket")]
    public void S3_IsAnS3Store(string address)
        => Assert.Equal(address, Assert.IsType<S3ObjectStore>(ObjectStores.Open(address, TimeProvider.System, new AwsSettings { Region = "eu-central-1" })).Address);

    [Theory]
    [InlineData("s3://", "no bucket's name")]
    [InlineData("s3://Bucket", "no bucket's name")]
    [InlineData("s3://b/prefix", "no bucket's name")]
    [InlineData("s3://bucket/a//b", "empty")]
    [InlineData("s3://bucket/../b", "dot")]
    public void S3AddressThatIsNone_IsRefusedWithTheReason(string address, string reason)
        => Assert.Contains(reason, Assert.Throws<UsageException>(() => ObjectStores.Open(address, TimeProvider.System)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("kinesis://stock_stream")]
    [InlineData("https://bucket")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\0b")]
    public void OtherAddress_IsRefusedWithTheRemedy(string address)
        => Assert.Contains("Give a folder", Assert.Throws<UsageException>(() => ObjectStores.Open(address, TimeProvider.System)).Message, StringComparison.Ordinal);
}
