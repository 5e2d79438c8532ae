using System.Text.Json.Nodes;
using PPYolo.Align;
using PPYolo.Align.Json;
using PPYolo.Align.Records;
using PPYolo.Data.Batches;
using PPYolo.Model.Networks;
using PPYolo.Train.Optimization;
using PPYolo.Train.Options;
using PPYolo.Train.Records;

namespace PPYolo.Tests.Unit.Train.Options;

/// <summary>What follows from the declaration of a setting, for every one.</summary>
public sealed class SettingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Names => [.. Setting.All.Select(setting => setting.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_record_repeats_it(string name)
    {
        var options = OtherValues.With(Find(name));

        var read = WriteAndOpen(options).Case.Options;

        read.ToNetwork().Should().Be(options.ToNetwork());
        read.ToRecipe().Should().BeEquivalentTo(options.ToRecipe());
        (read.Batch, string.Join(',', read.Sizes)).Should().Be((options.Batch, string.Join(',', options.Sizes)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_reaches_whom_it_concerns(string name)
    {
        var setting = Find(name);
        TrainOptions options = OtherValues.With(setting),
            standard = new();

        (options.ToNetwork() != standard.ToNetwork()).Should().Be(setting.Concern == Concern.Network);
        // Iterations of an epoch are of the run, and what counts epochs is in the recipe by them.
        (Text(options.ToRecipe()) != Text(standard.ToRecipe()))
            .Should()
            .Be(setting.Concern == Concern.Recipe || name == "iterationsPerEpoch");

        static string Text(TrainingRecipe recipe) => StrictJson.Text(recipe);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_configuration_sets_it(string name)
    {
        var setting = Find(name);
        var options = OtherValues.With(setting);
        var value = JsonNode.Parse(StrictJson.Text(options))![name]?.ToJsonString();

        var read = TrainOptionsFile.Read("ppyolo_r50vd_voc2012", [$"{name}={value}"]);

        setting.Get(read).Should().BeEquivalentTo(setting.Get(options));
    }

    [Fact]
    public void The_recipe_has_settings_and_nothing_else()
    {
        var members = typeof(TrainingRecipe).GetProperties().Select(property => property.Name);

        members.Should().BeEquivalentTo(Setting.All.Where(setting => setting.Concern == Concern.Recipe).Select(Member));

        static string Member(Setting setting) => char.ToUpperInvariant(setting.NameInCase[0]) + setting.NameInCase[1..];
    }

    [Fact]
    public void Defaults_are_those_of_the_network() => new TrainOptions().ToNetwork().Should().Be(NetworkPresets.R50Vd);

    [Theory]
    [InlineData("classes", "0", "'classes' is 1 to 10000, found 0")]
    [InlineData("network", "r50", "'network' is one of r18vd, *, ppyolov2_r101vd, found r50; did you mean 'r50vd'?")]
    [InlineData("sizes", "[]", "'sizes' is multiples of 32 from 32 to 2048, found ")]
    [InlineData("sizes", "[64, 65]", "'sizes' is multiples of 32 from 32 to 2048, found 64, 65")]
    [InlineData("evalSize", "2080", "'evalSize' is a multiple of 32 from 32 to 2048, found 2080")]
    [InlineData("epochs", "0", "'epochs' is 1 or more, found 0")]
    [InlineData("learningRatePerImage", "-1e-9", "'learningRatePerImage' is 0 or more, found -1E-09")]
    [InlineData("startFactor", "1.5", "'startFactor' is 0 to 1, found 1.5")]
    [InlineData("momentum", "1", "'momentum' is at least 0 and less than 1, found 1")]
    [InlineData("emaDecay", "1", "'emaDecay' is between 0 and 1, found 1")]
    [InlineData("clipGradNorm", "0", "'clipGradNorm' is null or positive, found 0")]
    [InlineData("milestoneEpochs", "[-1]", "'milestoneEpochs' is 0 or more, found -1")]
    public void A_value_that_cannot_be_is_named(string name, string value, string message) =>
        FluentActions
            .Invoking(() => TrainOptionsFile.Read("ppyolo_r50vd_voc2012", [$"{name}={value}"]))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"ppyolo_r50vd_voc2012.json with --set: {message}");

    [Fact]
    public void A_record_is_spelled_as_ever()
    {
        WriteAndOpen(
            new()
            {
                Network = "r18vd",
                Sizes = [64],
                WarmupEpochs = 2,
                MilestoneEpochs = [3],
                IterationsPerEpoch = 10,
            }
        );

        var members = JsonNode.Parse(File.ReadAllText(folder.File(CaseHead.FileName)))!.AsObject();
        foreach (var later in Setting.All.Where(setting => setting.Neutral is not null))
        {
            members.Remove(later.NameInCase);
        }

        StrictJson
            .Text(members)
            .Should()
            .Be(
                """
                {
                  "format": "ppyolo-record",
                  "version": 2,
                  "network": "r18vd",
                  "classes": 20,
                  "freezeAt": -1,
                  "freezeNorm": false,
                  "dropBlock": true,
                  "seed": "1",
                  "initProfile": "plain",
                  "batch": 8,
                  "sizes": [
                    64
                  ],
                  "iterations": 1,
                  "learningRatePerImage": 5.208333333333334E-05,
                  "warmupIterations": 20,
                  "startFactor": 0,
                  "milestones": [
                    30
                  ],
                  "gamma": 0.1,
                  "momentum": 0.9,
                  "weightDecay": 0.0005,
                  "clipGradNorm": null,
                  "emaDecay": 0.9998,
                  "emaDecayType": "threshold",
                  "ranks": 1,
                  "startWeights": "000.npz",
                  "startWeightsSha256": "0",
                  "recorded": {
                    "batches": false,
                    "losses": false,
                    "weights": [],
                    "trace": []
                  }
                }
                """
            );
    }

    [Theory]
    [InlineData("\"warmupIterations\": 714", "\"warmupIterations\": -1", "'warmupIterations' is 0 or more, found -1")]
    [InlineData("\"threshold\"", "\"linear\"", "'emaDecayType' is one of threshold, exponential, normal, found \"linear\"; known are *")]
    [InlineData("\"momentum\"", "\"momentun\"", "unknown key 'momentun'; did you mean 'momentum'?")]
    [InlineData("\"seed\"", "\"notes\": [], \"seed\"", "unknown key 'notes'; *")]
    [InlineData("\"seed\"", "\"options\": {}, \"seed\"", "unknown key 'options'; *")]
    [InlineData("\"seed\"", "\"epochs\": 1, \"seed\"", "unknown key 'epochs'; *")]
    [InlineData("  \"freezeAt\": -1,", "", "*'freezeAt' is missing*")]
    public void A_record_is_read_as_strictly_as_a_configuration(string text, string other, string message)
    {
        WriteAndOpen(new());
        var path = folder.File(CaseHead.FileName);
        var json = File.ReadAllText(path);
        json.Should().Contain(text);
        File.WriteAllText(path, json.Replace(text, other, StringComparison.Ordinal));

        FluentActions.Invoking(() => RunRecord.Open(folder.Path)).Should().Throw<AlignException>().WithMessage($"{path}: {message}");
    }

    public void Dispose() => folder.Dispose();

    private static Setting Find(string name) => Setting.All.Single(setting => setting.Name == name);

    private RunRecord WriteAndOpen(TrainOptions options)
    {
        File.WriteAllText(
            folder.File(CaseHead.FileName),
            StrictJson.Text(RecordCase.Of(options, "1", "plain", 1, ranks: 1, "000.npz", "0"))
        );
        File.WriteAllText(folder.File(RecordedBatches.FileName(0, 0)), "");
        return RunRecord.Open(folder.Path);
    }
}
