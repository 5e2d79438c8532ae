using PPYolo.Align;
using PPYolo.Align.Json;

namespace PPYolo.Tests.Unit.Align.Json;

public sealed class StrictJsonTests
{
    [Fact]
    public void Reads_what_the_type_has()
    {
        var recipe = StrictJson.Parse<Recipe>(
            """
            {
              // a comment, and a comma too many
              "name": "cake", "batchSize": 4, "flavour": "verySweet",
              "first": { "rate": 0.5 }, "steps": [ { "rate": 1 }, { "rate": 2 } ], "byName": { "any key": { "rate": 3 } },
            }
            """,
            "file.json"
        );

        recipe.Name.Should().Be("cake");
        recipe.BatchSize.Should().Be(4);
        recipe.Flavour.Should().Be(Recipe.Taste.VerySweet);
        recipe.First!.Rate.Should().Be(0.5);
        recipe.Steps.Select(step => step.Rate).Should().Equal(1, 2);
        recipe.ByName!["any key"].Rate.Should().Be(3);
    }

    [Fact]
    public void What_is_not_there_keeps_its_default() =>
        StrictJson.Parse<Recipe>("""{ "name": "cake" }""", "file.json").BatchSize.Should().Be(8);

    [Fact]
    public void Reads_what_it_writes()
    {
        var recipe = new Recipe
        {
            Name = "cake",
            Flavour = Recipe.Taste.VerySweet,
            Steps = [new() { Rate = 1.0 / 3 }],
        };

        var text = StrictJson.Text(recipe);

        text.Should().Contain("\"verySweet\"").And.Contain("\"batchSize\": 8");
        StrictJson.Parse<Recipe>(text, "again").Should().BeEquivalentTo(recipe);
    }

    [Theory]
    [InlineData("""{ "name": "x", "batchsize": 4 }""", "file.json: unknown key 'batchsize'; did you mean 'batchSize'?")]
    [InlineData("""{ "name": "x", "Name": "y" }""", "file.json: unknown key 'Name'; did you mean 'name'?")]
    [InlineData(
        """{ "name": "x", "zebra": 4 }""",
        "file.json: unknown key 'zebra'; known are name, batchSize, flavour, first, steps, sizes, share, byName"
    )]
    [InlineData("""{ "name": "x", "first": { "rat": 4 } }""", "file.json: unknown key 'first.rat'; did you mean 'rate'?")]
    [InlineData(
        """{ "name": "x", "steps": [ { "rate": 4 }, { "rates": 4 } ] }""",
        "file.json: unknown key 'steps.rates'; did you mean 'rate'?"
    )]
    [InlineData(
        """{ "name": "x", "byName": { "mix": { "rats": 4 } } }""",
        "file.json: unknown key 'byName.mix.rats'; did you mean 'rate'?"
    )]
    public void An_unknown_key_is_an_error_that_names_the_nearest(string text, string message) => Refused(text).Should().Be(message);

    [Theory]
    [InlineData("""{ "name": "x", "batchSize": 4, "batchSize": 5 }""", "batchSize")]
    [InlineData("""{ "name": "x", "first": { "rate": 4, "rate": 4 } }""", "rate")]
    public void A_key_that_is_there_twice_is_an_error(string text, string key) =>
        Refused(text).Should().StartWith("file.json: ").And.Contain("uplicate").And.Contain($"'{key}'");

    [Fact]
    public void A_required_key_that_is_missing_is_an_error() =>
        Refused("""{ "batchSize": 4 }""").Should().StartWith("file.json: ").And.Contain("'name' is missing");

    [Theory]
    [InlineData("""{ "name": "x", "batchSize": "4" }""", "batchSize")]
    [InlineData("""{ "name": "x", "batchSize": 4.5 }""", "batchSize")]
    [InlineData("""{ "name": "x", "batchSize": 99999999999 }""", "batchSize")]
    [InlineData("""{ "name": "x", "batchSize": null }""", "batchSize")]
    [InlineData("""{ "name": 5 }""", "name")]
    [InlineData("""{ "name": "x", "first": { "rate": null } }""", "first.rate")]
    [InlineData("""{ "name": "x", "flavour": "sour" }""", "flavour")]
    [InlineData("""{ "name": "x", "flavour": 1 }""", "flavour")]
    [InlineData("""{ "name": "x", "first": 3 }""", "first")]
    [InlineData("""{ "name": "x", "steps": { "rate": 4 } }""", "steps")]
    [InlineData("""{ "name": "x", "first": { "rate": true } }""", "first.rate")]
    public void A_value_of_the_wrong_kind_is_an_error_that_says_where(string text, string place) =>
        Refused(text).Should().StartWith("file.json: ").And.EndWith($" (at {place})");

    [Theory]
    [InlineData("""{ "name": "x", "batchSize": "4" }""", "file.json: expected an integer (at batchSize)")]
    [InlineData("""{ "name": "x", "first": { "rate": true } }""", "file.json: expected a number (at first.rate)")]
    [InlineData("""{ "name": 5 }""", "file.json: expected text (at name)")]
    [InlineData("""{ "name": "x", "steps": { "rate": 4 } }""", "file.json: expected a list, such as [...] (at steps)")]
    [InlineData("""{ "name": "x", "sizes": 96 }""", "file.json: expected a list of integers, such as [1, 2] (at sizes)")]
    [InlineData("""{ "name": "x", "share": "all" }""", "file.json: expected a number (at share)")]
    [InlineData(
        """{ "name": "x", "flavour": "sour" }""",
        "file.json: found a value of another kind, or none of the known ones (at flavour)"
    )]
    public void And_what_is_expected_in_words_of_the_file(string text, string message) => Refused(text).Should().Be(message);

    [Theory]
    [InlineData("""{ "name": null }""", "name")]
    [InlineData("""{ "name": "x", "steps": null }""", "steps")]
    [InlineData("""{ "name": "x", "steps": [ { "rate": 1 }, null ] }""", "file.json: expected a value in 'steps', found null")]
    [InlineData("""{ "name": "x", "byName": { "mix": null } }""", "file.json: expected a value in 'byName.mix', found null")]
    public void A_null_where_there_must_be_a_value_is_an_error(string text, string message) =>
        Refused(text).Should().StartWith("file.json: ").And.Contain(message);

    [Fact]
    public void A_null_where_there_may_be_none_is_none() =>
        StrictJson.Parse<Recipe>("""{ "name": "x", "first": null, "byName": null }""", "file.json").First.Should().BeNull();

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1")]
    [InlineData("""{ "name": "x" } {}""")]
    [InlineData("\"text\"")]
    [InlineData("[]")]
    [InlineData("null")]
    public void What_is_no_such_document_is_an_error(string text) => Refused(text).Should().StartWith("file.json: ");

    private static string Refused(string text)
    {
        var parse = () => StrictJson.Parse<Recipe>(text, "file.json");

        return parse.Should().Throw<AlignException>().Which.Message;
    }
}
