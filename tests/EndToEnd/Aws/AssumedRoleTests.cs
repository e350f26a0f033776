using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.EndToEnd.Aws;

/// <summary>Credentials that STS gives, whose client the SDK's chain makes by its name: a native program has it only if it was told to keep it.</summary>
public sealed class AssumedRoleTests : IDisposable
{
    private const string Role = "arn:aws:iam::123456789012:role/streaming";

    private readonly ScratchFolder _folder = new();

    [Fact]
    public Task RoleOfAProfile_IsAssumed()
    {
        File.WriteAllText(_folder["config"], $"""
            [profile base]
            aws_access_key_id = test
            aws_secret_access_key = test
            [profile assumed]
            role_arn = {Role}
            source_profile = base
            """);
        return CreateStreamAsync(new() { ["AWS_PROFILE"] = "assumed" });
    }

    [Fact]
    public Task RoleOfAWebIdentity_IsAssumed()
    {
        File.WriteAllText(_folder["token"], "token");
        return CreateStreamAsync(new() { ["AWS_WEB_IDENTITY_TOKEN_FILE"] = _folder["token"], ["AWS_ROLE_ARN"] = Role, ["AWS_ROLE_SESSION_NAME"] = "streaming" });
    }

    private async Task CreateStreamAsync(Dictionary<string, string> credentials)
    {
        Assert.SkipUnless(MotoServer.IsThere, MotoServer.Missing);
        await using MotoServer moto = await MotoServer.StartAsync();
        var variables = new Dictionary<string, string>(credentials)
        {
            ["AWS_ENDPOINT_URL"] = moto.Endpoint,
            ["AWS_REGION"] = "us-east-1",
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["AWS_CONFIG_FILE"] = _folder["config"],
            ["AWS_SHARED_CREDENTIALS_FILE"] = _folder["none"],
        };
        CliResult made = await Cli.RunAsync("producer", _folder.Path, variables, "stream", "create", "--stream", "kinesis://stock_stream", "--shards", "1");
        Assert.Contains("was made", made.ShouldExit(0).Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
