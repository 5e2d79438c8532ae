using System.Text;
using System.Text.RegularExpressions;
using PPYolo.Cli.Progress;
using PPYolo.Tests.Unit.Train.Epochs;
using PPYolo.Train.Epochs;
using Spectre.Console;

namespace PPYolo.Tests.Unit.Cli.Progress;

public class ProgressTests
{
    [Fact]
    public void Lines_tell_loss_rate_speed_data_wait_and_the_time_left()
    {
        using var run = new TinyRun();
        using var text = new StringWriter();

        run.Train(TinyRun.Options(epochs: 2, iterations: 3), observers: [new PlainProgress(text, interval: 100)]);

        var lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().HaveCount(6, "each epoch has a first and a last line, and one for its checkpoint");
        lines[0]
            .Should()
            .MatchRegex(
                @"^epoch 1/2 iteration 1/3: size (64|96), loss [\d.]+, lr 1E-05, [\d.]+ images/s,"
                    + @" data wait \d+ ms \([\d.]+ %\), left \d\d:\d\d:\d\d$"
            );
        lines[4].Should().StartWith("epoch 2/2 iteration 3/3: ").And.EndWith("left 00:00:00");
        lines[5].Should().Be($"epoch 2: checkpoint {run.FileOf(2)}");
    }

    [Fact]
    public void The_bar_fits_sixty_columns()
    {
        using var run = new TinyRun();
        using var text = new StringWriter();
        var console = AnsiConsole.Create(
            new()
            {
                Ansi = AnsiSupport.Yes,
                Interactive = InteractionSupport.Yes,
                Out = new AnsiConsoleOutput(text),
            }
        );
        console.Profile.Width = 60;

        BarProgress.During(console, bar => run.Train(TinyRun.Options(epochs: 1, iterations: 2), observers: [bar]));

        var lines = Regex
            .Replace(text.ToString(), "\u001b\\[[0-9;?]*[A-Za-z]", "")
            .Split('\n', '\r')
            .Select(line => line.TrimEnd())
            .ToList();
        lines.Should().Contain(line => Regex.IsMatch(line, @"^\s*epoch 1/1 loss [\d.]+ left 00:00:00 .* 100%$") && line.Length <= 60);
        lines.Should().NotContain(line => line.Contains("left", StringComparison.Ordinal) && !line.Contains('%'));
    }

    [Fact]
    public void The_bar_shows_the_same_on_a_terminal()
    {
        using var run = new TinyRun();
        using var text = new StringWriter();
        var console = AnsiConsole.Create(
            new()
            {
                Ansi = AnsiSupport.Yes,
                Interactive = InteractionSupport.Yes,
                Out = new AnsiConsoleOutput(text),
            }
        );
        console.Profile.Width = 200;

        BarProgress.During(console, bar => run.Train(TinyRun.Options(epochs: 1, iterations: 2), observers: [bar]));

        text.ToString().Should().Contain("epoch 1/1 loss ").And.Contain("images/s").And.Contain("100%").And.Contain("epoch 1: checkpoint ");
    }

    [Fact]
    public void TensorBoard_gets_every_loss_rate_and_figure()
    {
        using var run = new TinyRun();
        var log = new TensorBoardLog(run.Folder);

        run.Train(TinyRun.Options(epochs: 1, iterations: 2), observers: [log]);
        log.AfterEvaluation(new(1, 0.25, new Dictionary<string, double> { ["AP"] = 0.25, ["AP50"] = 0.5 }), 2, best: true);

        var records = Records(Directory.GetFiles(run.Folder, "events.out.tfevents.*").Single());
        records[0].Should().Contain("brain.Event:2");
        foreach (
            var name in new[]
            {
                "train/loss_xy",
                "train/loss_obj",
                "train/total_loss",
                "train/learning_rate",
                "train/images_per_second",
                "train/data_wait_seconds",
            }
        )
        {
            records.Count(record => record.Contains(name, StringComparison.Ordinal)).Should().Be(2, name);
        }

        records.Count(record => record.Contains("eval/", StringComparison.Ordinal)).Should().Be(2);
    }

    /// <summary>The records of an event file: length, its checksum, content, its checksum.</summary>
    private static List<string> Records(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var records = new List<string>();
        for (var at = 0; at < bytes.Length; )
        {
            var length = (int)BitConverter.ToInt64(bytes, at);
            records.Add(Encoding.Latin1.GetString(bytes, at + 12, length));
            at += 16 + length;
        }

        return records;
    }
}
