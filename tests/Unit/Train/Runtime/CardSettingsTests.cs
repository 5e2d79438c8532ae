using PPYolo.Align;
using PPYolo.Train.Runtime;
using PPYolo.Train.Tracing;

namespace PPYolo.Tests.Unit.Train.Runtime;

public sealed class CardSettingsTests
{
    private readonly StandInDriver driver = new();
    private readonly List<string> warnings = [];

    [Fact]
    public void All_is_set_before_anything_is_computed_and_what_reads_it_once_before_that()
    {
        var settings = Prepare("cuda:1");

        driver
            .Calls.Should()
            .Equal(
                "CUBLAS_WORKSPACE_CONFIG=:4096:8",
                "PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True",
                "start",
                "TF32 False",
                "deterministic",
                "describe 1"
            );
        warnings.Should().BeEmpty();
        settings.ToString().Should().Be("Card 1, TF32 off, determinism set");
        settings.Undetermined.Should().BeEmpty();
    }

    [Fact]
    public void Tf32_is_allowed_where_it_is_asked_for_and_said()
    {
        var settings = Prepare("cuda", tf32: true);

        driver.Calls.Should().Contain("TF32 True");
        settings.Tf32.Should().Be("on");
    }

    [Theory]
    [InlineData("NVIDIA_TF32_OVERRIDE")]
    [InlineData("TORCH_ALLOW_TF32_CUBLAS_OVERRIDE")]
    public void A_variable_that_stands_above_tf32_is_named(string name)
    {
        driver.Variables[name] = "1";

        var settings = Prepare("cuda");

        warnings.Should().ContainSingle().Which.Should().StartWith($"{name}=1 is set");
        settings.Tf32.Should().Be($"off, but {name}=1");
    }

    [Theory]
    [InlineData(":16:8", true)]
    [InlineData(":4096:2:16:8", false)]
    public void A_workspace_that_the_user_set_is_left_alone_and_counts(string value, bool determined)
    {
        driver.Variables["CUBLAS_WORKSPACE_CONFIG"] = value;

        var settings = Prepare("cuda");

        driver.Calls.Should().NotContain(call => call.StartsWith("CUBLAS", StringComparison.Ordinal));
        settings.Undetermined.Should().HaveCount(determined ? 0 : 1);
    }

    [Theory]
    [InlineData("PYTORCH_CUDA_ALLOC_CONF")]
    [InlineData("PYTORCH_ALLOC_CONF")]
    public void An_allocator_that_the_user_set_up_is_left_alone(string name)
    {
        driver.Variables[name] = "max_split_size_mb:512";

        Prepare("cuda");

        driver.Calls.Should().NotContain(call => call.StartsWith("PYTORCH", StringComparison.Ordinal));
    }

    [Fact]
    public void What_could_not_be_set_is_named()
    {
        driver.Chooses = false;

        var settings = Prepare("cuda");

        settings.Facts.Last().Value.Should().Be("not set: cuDNN's choice of algorithms could not be set");
        settings.Undetermined.Should().Equal("cuDNN's choice of algorithms could not be set");
    }

    [Theory]
    [InlineData("cuda:x", "--device cuda:x: expected cpu, cuda or cuda:K")]
    [InlineData("cuda:1:2", "--device cuda:1:2: expected cpu, cuda or cuda:K")]
    [InlineData("gpu", "--device gpu: expected cpu, cuda or cuda:K")]
    [InlineData("cuda:2", "--device cuda:2: expected 0 to 1, since 2 cards are visible")]
    public void A_device_that_is_not_there_is_refused(string device, string message) => Refused(device, message);

    [Theory]
    [InlineData("cuda", 3, "*a card for each of 3 ranks, found 2 from cuda:0 on*")]
    [InlineData("cuda:1", 2, "*a card for each of 2 ranks, found 1 from cuda:1 on*")]
    public void More_ranks_than_cards_are_refused_before_anything_starts(string device, int ranks, string message)
    {
        var prepare = () => CardSettings.Prepare(device, false, warnings.Add, driver, ranks);

        prepare.Should().Throw<AlignException>().WithMessage(message);
        CardSettings.Prepare(device, false, warnings.Add, driver, ranks - 1).Name.Should().StartWith("Card");
    }

    [Fact]
    public void Each_way_to_have_no_card_has_its_own_message()
    {
        driver.Variables["CUDA_VISIBLE_DEVICES"] = "7";
        driver.Cards = 1;
        Refused("cuda:1", "--device cuda:1: expected 0 to 0, since 1 card is visible (CUDA_VISIBLE_DEVICES=7)");
        driver.Cards = 0;
        Refused("cuda", "*CUDA_VISIBLE_DEVICES='7' hides every card*");
        driver.Variables.Clear();
        Refused("cuda", "*no card that this program can use*");
        driver.HasDriver = false;
        Refused("cuda", "*this machine has no CUDA driver*");
        driver.IsBuiltIn = false;
        Refused("cuda", "*this program was built without CUDA*");
    }

    [Fact]
    public void Environments_say_what_was_set_for_a_card_and_nothing_on_the_processor()
    {
        var settings = Prepare("cuda");

        TraceEnvironment.Here(settings).Should().Contain("device", "Card 0").And.Contain("tf32", "off").And.Contain("determinism", "set");
        TraceEnvironment.Here(null).Keys.Should().NotContain(["device", "tf32", "determinism"]).And.Contain("threads");
    }

    private CardSettings Prepare(string device, bool tf32 = false) => CardSettings.Prepare(device, tf32, warnings.Add, driver);

    private void Refused(string device, string message)
    {
        var prepare = () => Prepare(device);
        prepare.Should().Throw<AlignException>().WithMessage(message);
        driver.Calls.Should().NotContain("TF32 False", "nothing is set up for a card that is not there");
    }
}
