using PPYolo.Cli.Commands;

namespace PPYolo.Tests.Unit.Cli.Commands;

/// <summary>How the program answers what is typed wrong, and what asks for help.</summary>
public class CommandLineTests
{
    [Theory]
    [InlineData("ppyolo: expected a command of ppyolo, found 'trian'; did you mean 'train'?", "trian", "--config", "x")]
    [InlineData("ppyolo: expected a command of ppyolo data, found 'chekc'; did you mean 'check'?", "data", "chekc", "DIR")]
    [InlineData("ppyolo: expected a command of ppyolo data: check, show, convert", "data")]
    [InlineData("ppyolo: expected a command of ppyolo: align, train, *", null)]
    [InlineData("ppyolo: expected a command of ppyolo, found 'trian'; did you mean 'train'?", "help", "trian")]
    [InlineData("ppyolo: expected a command of ppyolo, found 'trian'; did you mean 'train'?", "trian", "--help")]
    [InlineData("ppyolo: expected a command of ppyolo data, found 'shwo'; did you mean 'show'?", "help", "data", "shwo")]
    [InlineData("ppyolo: ppyolo predict has no option '--weight'; did you mean '--weights'?", "predict", "--weight", "x")]
    [InlineData("ppyolo: ppyolo data check has no option '--lauout'; did you mean '--layout'?", "data", "check", "--lauout", "voc", "DIR")]
    [InlineData("ppyolo: ppyolo diff has no option '--jsn'; did you mean '--json'?", "diff", "a", "b", "--jsn", "x")]
    [InlineData("ppyolo: ppyolo data check has no place for 'b'", "data", "check", "a", "b")]
    [InlineData("ppyolo: --epochs: expected a whole number, found 'x'", "train", "--config", "y", "--epochs", "x")]
    [InlineData(
        "ppyolo: --keep: expected a whole number, found '99999999999'",
        "train",
        "--config",
        "y",
        "--out",
        "z",
        "--keep",
        "99999999999"
    )]
    [InlineData("ppyolo: --d-value: expected a number, found '1,5'", "train", "--replay", "y", "--d-value", "1,5")]
    [InlineData("ppyolo: --d-value: expected a number, found 'x'", "train", "--replay", "y", "--d-value", "x")]
    [InlineData("ppyolo: ppyolo train has no option '--confg'; did you mean '--config'?", "train", "--confg", "x")]
    [InlineData("ppyolo: ppyolo train has no option '--epoch'; did you mean '--epochs'?", "train", "--epoch=3", "--config", "x")]
    [InlineData("ppyolo: ppyolo train has no option '--frobnicate'", "train", "--frobnicate", "--config", "x")]
    [InlineData("ppyolo: ppyolo has no option '--hepl'; did you mean '--help'?", "--hepl")]
    public void What_is_not_known_is_answered_with_the_nearest_name(string message, params string[]? arguments)
    {
        var run = ConsoleCapture.Run(arguments ?? []);

        run.ExitCode.Should().Be(2);
        run.Output.Should().BeEmpty();
        string[] lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].Should().Match(message);
        lines.Should().HaveCount(2);
        lines[1].Should().StartWith("ppyolo: see ppyolo").And.EndWith("--help");
    }

    [Fact]
    public void Help_can_be_asked_for_as_a_command()
    {
        ConsoleCapture.Run("help", "train").Should().Be(ConsoleCapture.Run("train", "--help"));
        ConsoleCapture.Run("help").Should().Be(ConsoleCapture.Run("--help")).And.Match<ConsoleCapture>(run => run.ExitCode == 0);
        ConsoleCapture.Run("help").Output.Should().Contain("First steps:").And.Contain("ppyolo help COMMAND");
    }

    [Fact]
    public void A_command_that_is_typed_is_made_alone()
    {
        foreach (var listed in CommandLine.Commands)
        {
            CommandLine.Create([listed.Name, "more"]).Subcommands.Should().ContainSingle().Which.Name.Should().Be(listed.Name);
        }

        var options = CommandLine.Create(["--help"]).Subcommands.SelectMany(command => command.Options);
        options.Should().BeEmpty("the list of commands shows none");
        ConsoleCapture.Run("--help", "match").Should().Be(ConsoleCapture.Run("match", "--help"));
    }

    [Fact]
    public void The_list_of_commands_is_that_of_the_commands()
    {
        var whole = CommandLine.Create().Subcommands;
        CommandLine.Commands.Should().HaveCount(whole.Count);
        foreach (var (listed, command) in CommandLine.Commands.Zip(whole))
        {
            (listed.Name, listed.Summary).Should().Be((command.Name, command.Description!));
            listed.Arguments.Should().Equal(command.Arguments.Where(argument => !argument.Hidden).Select(argument => argument.Name));
        }
    }

    [Fact]
    public void The_version_has_a_short_name() =>
        ConsoleCapture.Run("-v").Should().Be(ConsoleCapture.Run("--version")).And.Match<ConsoleCapture>(run => run.ExitCode == 0);

    [Fact]
    public void The_help_of_train_has_its_options_in_groups_and_ends_in_examples()
    {
        var lines = ConsoleCapture.Run("train", "--help").Output.ReplaceLineEndings("\n").Split('\n');

        lines
            .Where(line => line.EndsWith(':') && !line.StartsWith(' '))
            .Should()
            .Equal("Description:", "Usage:", "What to train:", "Data:", "Run:", "Record and trace:", "Ranks:", "Machine:", "Examples:");
        lines.Count(line => line.StartsWith("    ppyolo train ", StringComparison.Ordinal)).Should().BeGreaterThan(3);
        var train = CommandLine.Create().Subcommands.Single(command => command.Name == "train");
        train.Options.Should().OnlyContain(option => lines.Any(line => line.Contains(option.Name, StringComparison.Ordinal)));
    }
}
