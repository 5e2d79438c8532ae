using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>Where the weights are in what other programs save: taken by convention, else refused, and never skipped.</summary>
public sealed class WeightSelectionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("model")]
    [InlineData("state_dict")]
    [InlineData("model_state_dict")]
    [InlineData("net")]
    [InlineData("module")]
    [InlineData("ema")]
    public void Weights_under_a_usual_name_are_read_and_what_is_beside_them_is_named(string name)
    {
        var path = Saved.File(
            folder,
            "a.pth",
            PickleValue.Dict(
                ("epoch", 3L),
                ("best", Saved.Number(7)),
                (name, Saved.Weights(1)),
                ("optimizer", Saved.Optimizer(1)),
                ("nothing", PickleValue.None)
            )
        );

        using var content = TensorFile.ReadContent(path);

        content.Place.Should().Be(name);
        content.Tensors.Names.Should().Equal("w", "b");
        content.LeftOut.Select(entry => entry.Name).Should().BeEquivalentTo("epoch", "best", "optimizer");
        content.LeftOut.Single(entry => entry.Name == "optimizer").Reason.Should().Be("state of the training run, 1 tensor");
    }

    [Fact]
    public void A_wrapper_within_a_wrapper_is_followed()
    {
        var path = Saved.File(folder, "a.pth", PickleValue.Dict(("model", PickleValue.Dict(("state_dict", Saved.Weights(1))))));

        using var content = TensorFile.ReadContent(path);

        content.Place.Should().Be("model/state_dict");
        content.Tensors.Names.Should().Equal("w", "b");
    }

    [Fact]
    public void Another_state_of_the_weights_is_left_out_with_the_way_to_take_it()
    {
        var path = Saved.File(folder, "a.pth", PickleValue.Dict(("state_dict", Saved.Weights(1)), ("ema", Saved.Weights(2))));

        using var content = TensorFile.ReadContent(path);
        using var other = TensorFile.ReadContent(path, "ema");

        content.LeftOut.Should().ContainSingle().Which.ToString().Should().Be("ema (2 tensors beside the weights; --key ema takes them)");
        other.Tensors["b"].As<float>()[0].Should().Be(2);
        other.LeftOut.Should().ContainSingle().Which.Name.Should().Be("state_dict");
    }

    /// <summary>Each is refused with the entries that hold tensors, and a key that reads one of them.</summary>
    public static TheoryData<string, string[], string> Undecided =>
        new()
        {
            { "integer key", ["'0' (a dict with 2 tensors)"], "0" },
            { "list", ["'0' (a dict with 2 tensors)", "'1' (a dict with 1 tensor)"], "0" },
            { "tuple", ["'1' (a dict with 2 tensors)"], "1" },
            { "two networks", ["'generator'", "'discriminator'"], "generator" },
            { "nested in model", ["'model/net' (a dict with 2 tensors)", "'model/scale' (a tensor)"], "model/net" },
            { "only an optimizer", ["'optimizer' (a dict with 1 tensor)"], "optimizer" },
            { "weights beside a small wrapper", ["'ema' (a dict with 1 tensor)", "'w' (a tensor)"], "ema" },
            { "larger entry beside a wrapper", ["'model'", "'weights_of_all'"], "weights_of_all" },
            { "number and list", ["'towers' (a list with 2 tensors)"], "towers/0" },
        };

    [Theory]
    [MemberData(nameof(Undecided))]
    public void What_no_convention_tells_is_refused_with_the_entries_that_hold_tensors(string kind, string[] named, string key)
    {
        var path = Saved.File(folder, "a.pth", Of(kind));

        var message = FluentActions.Invoking(() => TensorFile.Read(path)).Should().Throw<AlignException>().Which.Message;

        message.Should().StartWith(path).And.Contain("--key").And.NotContain("damaged").And.ContainAll(named);
        using var content = TensorFile.ReadContent(path, key);
        content.Tensors.Count.Should().BePositive();
        using var all = TensorFile.ReadContent(path, ".");
        all.Tensors.Count.Should().BeGreaterThanOrEqualTo(content.Tensors.Count);
    }

    [Fact]
    public void A_key_that_is_not_there_is_refused_with_those_that_are()
    {
        var path = Saved.File(folder, "a.pth", PickleValue.Dict(("state_dict", Saved.Weights(1)), ("epoch", 1L)));

        foreach (var key in new[] { "model", "epoch", "state_dict/no" })
        {
            FluentActions
                .Invoking(() => TensorFile.ReadContent(path, key))
                .Should()
                .Throw<AlignException>()
                .WithMessage($"{path}: expected *'{key}' as --key says*'state_dict' (a dict with 2 tensors)*");
        }
    }

    [Fact]
    public void Nested_tensors_get_names_joined_by_dots_and_integer_keys_are_names()
    {
        var path = Saved.File(
            folder,
            "a.pth",
            PickleValue.Dict(("model", PickleValue.Dict(("a", Saved.Weights(1)), (4L, PickleValue.List(Saved.Number(1))))))
        );

        using var content = TensorFile.ReadContent(path, "model");
        using var flat = TensorFile.ReadContent(
            Saved.File(folder, "b.pth", PickleValue.Dict(("w", Saved.Tensor(1)), (7L, Saved.Tensor(2))))
        );

        content.Tensors.Names.Should().Equal("a.w", "a.b", "4.0");
        flat.Tensors.Names.Should().Equal("w", "7");
    }

    [Theory]
    [InlineData("module.", true)]
    [InlineData("module._orig_mod.", true)]
    [InlineData("modules.", false)]
    public void Prefixes_of_wrapped_networks_are_taken_off_with_a_note(string prefix, bool known)
    {
        var tensors = new NamedTensors
        {
            { prefix + "w", TensorData.Of<float>([1], 1) },
            { prefix + "b", TensorData.Of<float>([1], 1) },
            { "n_averaged", TensorData.Scalar(3L) },
        };
        foreach (var name in new[] { "a.pth", "a.npz", "a.safetensors" })
        {
            TensorFile.Write(folder.File(name), tensors);
            using var content = TensorFile.ReadContent(folder.File(name));

            content.Tensors.Names[0].Should().Be(known ? "w" : prefix + "w", name);
            content.Notes.Any().Should().Be(known);
        }
    }

    [Fact]
    public void A_prefix_stays_where_names_without_it_are_taken()
    {
        var path = Saved.File(folder, "a.pth", PickleValue.Dict(("module.w", Saved.Tensor(1)), ("w", Saved.Tensor(2))));

        using var tensors = TensorFile.Read(path);
        tensors.Names.Should().Equal("module.w", "w");
    }

    [Fact]
    public void Values_that_contain_themselves_end()
    {
        // { "a": itself, "w": a dict of itself and a tuple of lists }
        Raw.ShouldBeRefused(
            Raw.Pickle("}q\u0000(X\u0001\u0000\u0000\u0000ah\u0000X\u0001\u0000\u0000\u0000w]h\u0000au."),
            "tensors by name"
        );
    }

    private static PickleValue Of(string kind) =>
        kind switch
        {
            "integer key" => PickleValue.Dict((0L, Saved.Weights(1)), ("lr", 0.1)),
            "list" => PickleValue.List(Saved.Weights(1), Saved.Optimizer(1)),
            "tuple" => PickleValue.Tuple(3L, Saved.Weights(1)),
            "two networks" => PickleValue.Dict(("generator", Saved.Weights(1)), ("discriminator", Saved.Weights(2))),
            "nested in model" => PickleValue.Dict(
                ("model", PickleValue.Dict(("net", Saved.Weights(1)), ("scale", Saved.Number(1)))),
                ("epoch", 1L)
            ),
            "only an optimizer" => PickleValue.Dict(("optimizer", Saved.Optimizer(1)), ("epoch", 1L)),
            "weights beside a small wrapper" => PickleValue.Dict(
                ("w", Saved.Tensor(1, 2, 3, 4)),
                ("ema", PickleValue.Dict(("decay", Saved.Number(0.9f))))
            ),
            "larger entry beside a wrapper" => PickleValue.Dict(
                ("model", PickleValue.Dict(("version", Saved.Number(1)))),
                ("weights_of_all", Saved.Weights(1))
            ),
            "number and list" => PickleValue.Dict(
                ("step", Saved.Number(1)),
                ("towers", PickleValue.List(Saved.Tensor(1), Saved.Tensor(2)))
            ),
            _ => throw new ArgumentException(kind, nameof(kind)),
        };
}
