using PPYolo.Align.Formats;

namespace PPYolo.Tests.Unit.Align.Formats;

public class PickleFileTests
{
    [Theory]
    [InlineData("tiny.pth")]
    [InlineData("tiny_legacy.pth")]
    public void The_model_of_a_checkpoint_is_read_whatever_its_tensors_are_made_of(string name)
    {
        using var tensors = TensorFile.Read(Fixture.PathOf(name));

        Facts.ShouldHold(tensors, Fixture.Expected.GetProperty(name).GetProperty("model"));
    }

    [Fact]
    public void A_bare_state_dict_is_read()
    {
        using var tensors = TensorFile.Read(Fixture.PathOf("tiny_plain.pth"));

        Facts.ShouldHold(tensors, Fixture.Expected.GetProperty("tiny_plain.pth"));
    }

    [Theory]
    [InlineData("tiny.pdparams")]
    [InlineData("tiny_protocol2.pdparams")]
    [InlineData("tiny_tuples.pdparams")]
    public void Paddle_files_are_read_in_every_protocol_and_without_their_tuples(string name)
    {
        using var tensors = TensorFile.Read(Fixture.PathOf(name));

        Facts.ShouldHold(tensors, Fixture.Expected.GetProperty(name).GetProperty("entries"));
    }

    [Fact]
    public void More_after_the_last_storage_of_the_old_form_is_refused() =>
        Raw.ShouldBeRefused(
            [.. File.ReadAllBytes(Fixture.PathOf("tiny_legacy.pth")), 0],
            "expected the end of the file after the last storage, found 1 more bytes"
        );

    [Fact]
    public void What_is_no_tensor_is_found_in_the_tree()
    {
        using var file = PickleFile.Read(Fixture.PathOf("tiny.pdparams"));

        var names = file.Root["StructuredToParameterName@@"].AsDict();
        names
            .Should()
            .HaveCount(Fixture.Expected.GetProperty("tiny.pdparams").GetProperty("structured_to_parameter_name").EnumerateObject().Count());
        names
            .Should()
            .AllSatisfy(entry =>
                entry
                    .Value.AsText()
                    .Should()
                    .Be(
                        Fixture
                            .Expected.GetProperty("tiny.pdparams")
                            .GetProperty("structured_to_parameter_name")
                            .GetProperty(entry.Key.AsText())
                            .GetString()
                    )
            );
    }

    [Theory]
    [InlineData("tiny.pth")]
    [InlineData("tiny_legacy.pth")]
    public void The_state_of_the_optimizer_is_found_in_the_tree(string name)
    {
        using var file = PickleFile.Read(Fixture.PathOf(name));

        var facts = Fixture.Expected.GetProperty(name).GetProperty("optimizer");
        var optimizer = file.Root["optimizer"];
        foreach (var buffer in facts.GetProperty("momentum_buffer").EnumerateObject())
        {
            var state = optimizer["state"][long.Parse(buffer.Name, System.Globalization.CultureInfo.InvariantCulture)];
            Facts.ShouldHold(state["momentum_buffer"].AsTensor(), buffer.Value, buffer.Name);
        }

        var groups = optimizer["param_groups"].AsList();
        groups.Should().HaveCount(facts.GetProperty("param_groups").GetArrayLength());
        groups[1]["weight_decay"].AsFloat().Should().Be(5e-4);
        groups[1]["foreach"].Kind.Should().Be(PickleKind.None);
        groups[1]["params"].AsList().Select(index => index.AsInt()).Should().Equal(2, 3);
        file.Root["start_epoch"].AsInt().Should().Be(1);
    }
}
