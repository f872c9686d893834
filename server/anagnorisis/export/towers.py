"""The towers of a checkpoint as torch modules that end in one row of length 1 an item: what is exported."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModel

from anagnorisis.export.plan import Plan, Tokens


class Picture(nn.Module):
    """(b, 3, h, w) -> (b, dim)."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.seen, self.projected = model.vision_model, getattr(model, "visual_projection", nn.Identity())

    def forward(self, pixel_values: Tensor) -> Tensor:
        """The direction of each picture."""
        return unit(self.projected(self.seen(pixel_values=pixel_values).pooler_output))


class Words(nn.Module):
    """Token numbers (b, t), and their mask where the model has one -> (b, dim)."""

    def __init__(self, model: Any, masked: bool) -> None:
        super().__init__()
        self.read, self.projected = model.text_model, getattr(model, "text_projection", nn.Identity())
        self.masked = masked

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """The direction of each phrase."""
        mask = attention_mask if self.masked else None
        return unit(self.projected(self.read(input_ids=input_ids, attention_mask=mask).pooler_output))


class Sound(nn.Module):
    """Log-mel patches (b, c, t, bands), and (b, 1) whether each is longer if they are fused -> (b, dim)."""

    def __init__(self, model: Any, fused: bool) -> None:
        super().__init__()
        self.heard, self.projected, self.fused = model.audio_model, model.audio_projection, fused

    def forward(self, input_features: Tensor, is_longer: Tensor | None = None) -> Tensor:
        """The direction of each patch."""
        longer = is_longer if self.fused else None
        told = self.heard(input_features=input_features, is_longer=longer)
        return unit(self.projected(told.pooler_output))


class Sentence(nn.Module):
    """Token numbers, mask and types (b, t), padded behind -> (b, dim).

    The mean of the tokens that are none of padding, or the first of them, or the last.
    """

    def __init__(self, model: Any, typed: bool, tokens: Tokens) -> None:
        super().__init__()
        self.model, self.typed, self.tokens = model, typed, tokens

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None
    ) -> Tensor:
        """The direction of each chunk."""
        given: dict[str, Any] = {"input_ids": input_ids, "attention_mask": attention_mask}
        if self.typed:
            given["token_type_ids"] = token_type_ids
        if self.tokens == "last":
            given["use_cache"] = False
        rows = self.model(**given).last_hidden_state
        if self.tokens == "first":
            return unit(rows[:, 0])
        if self.tokens == "last":
            ends = (attention_mask.sum(1) - 1)[:, None, None].expand(-1, 1, rows.shape[-1])
            return unit(rows.gather(1, ends).squeeze(1))
        mask = attention_mask[..., None].to(rows.dtype)
        return unit((rows * mask).sum(1) / mask.sum(1).clamp(min=1))


def unit(rows: Tensor) -> Tensor:
    """Rows (b, d) brought to length 1."""
    return nn.functional.normalize(rows, dim=-1)


def towers(folder: Path, plan: Plan) -> Mapping[str, nn.Module]:
    """`content`, and `words` where the items are no texts; nothing of the checkpoint's own code is run."""
    model = AutoModel.from_pretrained(
        folder,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=torch.float32,
        attn_implementation="eager",
    )
    if plan.family == "sentence":
        made: dict[str, nn.Module] = {"content": Sentence(model, bool(plan.text.types), plan.tokens)}
    elif plan.sound:
        made = {"content": Sound(model, bool(plan.sound.longer)), "words": Words(model, True)}
    else:
        made = {"content": Picture(model), "words": Words(model, bool(plan.text.mask))}
    return {name: one.eval().requires_grad_(False) for name, one in made.items()}
