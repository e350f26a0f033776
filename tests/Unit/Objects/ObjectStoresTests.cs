using Streaming.Shared;
using Streaming.Shared.Objects;

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
    [InlineData("kinesis://stock_stream")]
    [InlineData("https://bucket")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\0b")]
    public void OtherAddress_IsRefusedWithTheRemedy(string address)
        => Assert.Contains("Give a folder", Assert.Throws<InvalidAddressException>(() => ObjectStores.Open(address, TimeProvider.System)).Message, StringComparison.Ordinal);
}
