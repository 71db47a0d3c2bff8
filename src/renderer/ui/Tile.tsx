/** One figure: label, value, change, target, a small picture, state and ages, each in a place of its own that is kept free. */
import { type ReactElement, type ReactNode, useId } from 'react';
import { State, type StateKind } from './State.tsx';

export interface TileProps {
  readonly id: string;
  readonly label: string;
  /** What the figure means and how it is computed; shown on hover and focus of the label. */
  readonly explanation?: ReactNode;
  /** Null: no data, with the reason in `lines`. */
  readonly value: { readonly text: string; readonly unit: string } | null;
  readonly noValueWord: string;
  /** Why there is no value; stands where the line and the picture would. */
  readonly reason?: ReactNode;
  /** The two ends of the line under the value, never wrapped. */
  readonly line?: readonly [ReactNode, ReactNode];
  readonly picture?: ReactNode;
  readonly state: { readonly kind: StateKind; readonly word: string; readonly title?: string };
  readonly ages: ReactNode;
  /** True for the tile that a search led to. */
  readonly isTarget?: boolean;
}

export function Tile(props: TileProps): ReactElement {
  const { id, label, explanation, value, noValueWord, reason, line, picture, state, ages, isTarget = false } = props;
  const tipId = useId();
  return (
    <div
      className={isTarget ? 'card tile is-target' : 'card tile'}
      id={id}
      data-testid={id}
      role="group"
      aria-label={label}
    >
      <div className="label">
        {explanation === undefined ? (
          <span>{label}</span>
        ) : (
          <>
            <button type="button" className="tip-button" aria-describedby={tipId}>
              {label}
            </button>
            <div className="tip" role="tooltip" id={tipId}>
              {explanation}
            </div>
          </>
        )}
        <State kind={state.kind} word={state.word} {...(state.title === undefined ? {} : { title: state.title })} />
      </div>
      {value === null ? (
        <div className="value none">{noValueWord}</div>
      ) : (
        <div className="value">
          {value.text}
          {value.unit !== '' && <small>{value.unit}</small>}
        </div>
      )}
      {value === null ? (
        <div className="reason">{reason}</div>
      ) : (
        <>
          <div className="line">
            <span>{line?.[0]}</span>
            <span>{line?.[1]}</span>
          </div>
          <div className="picture">{picture}</div>
        </>
      )}
      <div className="foot">{ages}</div>
    </div>
  );
}

/** The place of a tile whose value has not come yet: the same label, the same size. */
export function TileSkeleton({ id, label }: { readonly id: string; readonly label: string }): ReactElement {
  return (
    <div className="card tile" data-testid={id} aria-busy="true">
      <div className="label">{label}</div>
      <div className="value">
        <span className="skeleton">00.000</span>
      </div>
      <div className="line" />
      <div className="picture" />
      <div className="foot">
        <span>
          <span className="skeleton">computed 00 s ago</span>
        </span>
        <span>
          <span className="skeleton">data to 00 Nov</span>
        </span>
      </div>
    </div>
  );
}
