using System.CommandLine;
using Streaming.Shared.Aws;

namespace Streaming.Shared.CommandLine;

/// <summary>Where AWS is and as whom; what is not given comes from the <c>AWS_*</c> variables and files, as with every AWS tool.</summary>
public sealed class AwsOptions
{
    private readonly Option<string?> _profile = OptionValues.Text("--profile", "AWS profile [AWS_PROFILE]", "name");
    private readonly Option<string?> _region = OptionValues.Text("--region", "AWS region [AWS_REGION, AWS_DEFAULT_REGION, the profile's]", "name");

    private readonly Option<string?> _endpointUrl = OptionValues.Text(
        "--endpoint-url", "endpoint in place of AWS's [AWS_ENDPOINT_URL_KINESIS, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL]", "url");

    private readonly Option<bool> _allowPlainHttp = OptionValues.Flag("--allow-plain-http", "let an endpoint on another machine be plain http");

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _profile, _region, _endpointUrl, _allowPlainHttp }) command.Options.Add(option);
    }

    public AwsSettings Read(ParseResult parsed) => new()
    {
        Profile = parsed.GetValue(_profile),
        Region = parsed.GetValue(_region),
        EndpointUrl = parsed.GetValue(_endpointUrl),
        AllowPlainHttp = parsed.GetValue(_allowPlainHttp),
    };
}
