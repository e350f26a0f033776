using System.CommandLine;

namespace Streaming.Shared.Aws;

/// <summary>Where AWS is and as whom; what is not given comes from the <c>AWS_*</c> variables and files, as with every AWS tool.</summary>
public sealed class AwsOptions
{
    private readonly Option<string?> _profile = Text("--profile", "AWS profile [AWS_PROFILE]", "name");
    private readonly Option<string?> _region = Text("--region", "AWS region [AWS_REGION, AWS_DEFAULT_REGION, the profile's]", "name");

    private readonly Option<string?> _endpointUrl = Text(
        "--endpoint-url", "endpoint in place of AWS's [AWS_ENDPOINT_URL_KINESIS, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL]", "url");

    private readonly Option<bool> _allowPlainHttp = new("--allow-plain-http")
    {
        Description = "let an endpoint on another machine be plain http",
        Arity = ArgumentArity.Zero,
    };

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

    private static Option<string?> Text(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };
}
